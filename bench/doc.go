// Command bench measures what this module promises to be fast at, beside what
// limits it and beside other Go libraries that do the same work.
//
//	go run .              # about five minutes, every row
//	go run . -quick       # under a minute, for CI
//	go run . -docs ../docs # writes the table and the plot there too
//
// Every figure is a ratio from one run: contestants take turns, round by round,
// so that whatever else the machine does meets all of them, and the median of
// the rounds counts. In one process the clock is the process's CPU time, garbage
// collection included; between processes it is what the kernel says that each
// has used. The table says what is judged and against which goal. The exit
// status is 1 only when a margin is broken that a busy machine cannot explain: a
// count of allocations or of runs, or a ratio far beyond its goal.
//
// It needs Linux (/proc) and the go command, listens on loopback only, and ends
// what it has started. Debian's prometheus-blackbox-exporter takes part where it
// is installed.
//
// How the parts lie: rounds.go has how things are measured, table.go how they
// are shown, children.go and process.go how other processes are started and
// looked at, peers.go the other libraries; each other file is one group of rows.
package main
