package command

// Younger reports whether a search for what left the group looks at pid.
func Younger(pid, program, newest int) bool { return younger(pid, program, newest) }
