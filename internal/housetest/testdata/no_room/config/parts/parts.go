// Package parts is below a room, but not in its internal folder.
package parts
