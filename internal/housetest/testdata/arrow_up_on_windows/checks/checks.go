// Package checks stands on nothing, but on one system.
package checks
