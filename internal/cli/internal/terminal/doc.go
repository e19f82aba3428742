// Package terminal writes for people at a terminal: texts measured in columns,
// colours, one line that changes in place, and a whole screen.
//
//	terminal.Cut("日本語 is wide", 8) // "日本語…"
//	terminal.Palette(true).Paint(terminal.Red, "[-]")
//
// It knows the escape sequences of ECMA-48 that all terminals of today share. It
// decides nothing about what is shown.
package terminal
