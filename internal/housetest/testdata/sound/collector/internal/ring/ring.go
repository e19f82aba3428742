// Package ring belongs to the room of the collector.
package ring

// Size is a constant.
const Size = 1
