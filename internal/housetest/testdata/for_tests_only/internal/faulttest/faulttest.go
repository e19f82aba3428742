// Package faulttest is for tests.
package faulttest
