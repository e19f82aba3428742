// Package half has one function that is tested and one that is only called.
package half

// Larger is tested at its boundary.
func Larger(a, b int) bool {
	return a > b
}

// Sum is called, and nobody looks at its result.
func Sum(a, b int) int {
	return a + b
}
