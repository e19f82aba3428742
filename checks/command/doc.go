// Package command has the check that runs a program: Exec, for scripts, for tools
// that report a state by their exit status, and for Nagios plugins.
//
//	check, err := command.Exec{Command: []string{"pg_isready", "-q"}}.Build()
//
// No shell is involved, the environment is minimal, and processes that the
// program leaves behind are killed when it ends or when its time is over. It
// needs sessions and process groups: on windows and plan9 Build returns an error.
package command
