// Package util is anything.
package util
