// Package host has the checks of the local machine: its filesystems (Disk), its
// memory or that of the container (Memory), and how many tasks wait for its
// processors (Load).
//
//	check, err := host.Disk{Path: "/var", WarnPercent: 80, FailPercent: 90}.Build()
//
// Each type is one struct whose exported fields are its settings, in Go and in
// YAML. Thresholds come in pairs: warn_… degrades, fail_… fails with the reason
// threshold. Where no threshold is given the documented defaults apply; where
// one of a pair is given, the other is off.
//
// The checks read the values from the kernel, mostly through gopsutil, and
// execute no program. They run on Linux, darwin, freebsd and windows, except for
// Load on windows and Memory on darwin without cgo, where the system does not
// provide the values. There, and on other systems, Build returns an error.
package host
