// Package command has the check that runs a program: Exec, for scripts, for
// tools that say with their exit status how things are, and for the plugins of
// Nagios.
//
//	check, err := command.Exec{Command: []string{"pg_isready", "-q"}}.Build()
//
// No shell is involved, the environment is minimal, and what the program leaves
// behind is killed when it ends or when its time is over. It needs sessions and
// process groups: on windows and plan9 Build is an error.
package command
