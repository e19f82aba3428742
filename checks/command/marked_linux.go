package command

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// maxSweeps bounds how often what escapes is looked for: a process may fork
// while it is looked at.
const maxSweeps = 10

// killMarked kills the processes with the run's id in their environment,
// wherever they went. Program is the number of the one that was started: what
// it left behind is younger.
func killMarked(program int, id string) {
	// A /proc of another pid namespace has other numbers than kill.
	if self, _ := os.Readlink("/proc/self"); self != strconv.Itoa(os.Getpid()) {
		return
	}
	for range maxSweeps {
		if sweep(program, []byte(runID+"="+id)) == 0 {
			return
		}
	}
}

// sweep kills whom it finds once and returns how many those were.
func sweep(program int, mark []byte) (killed int) {
	dir, err := os.Open("/proc")
	if err != nil {
		return 0
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	newest := newestPid()
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil || pid == program || !younger(pid, program, newest) {
			continue
		}
		if killIfMarked(pid, mark) {
			killed++
		}
	}
	return killed
}

// younger reports whether pid was given out after the program's, up to the
// newest: numbers go up, and at the end start anew. This spares the look at
// most of a machine's processes.
func younger(pid, program, newest int) bool {
	wrapped := newest < program
	return pid > program || wrapped && pid <= newest || newest == 0
}

// newestPid is the number given out last, the end of /proc/loadavg. Zero: not
// known, everybody counts as young.
func newestPid() int {
	data, _ := os.ReadFile("/proc/loadavg")
	text := strings.TrimSpace(string(data))
	pid, _ := strconv.Atoi(text[strings.LastIndexByte(text, ' ')+1:])
	return pid
}

// killIfMarked reports whether it killed somebody who was still alive.
func killIfMarked(pid int, mark []byte) bool {
	// The handle comes first: it stays that of the process that is looked at
	// next, or of one that is gone (with pidfd_open; before Linux 5.3 the
	// number could be given out anew in between).
	process, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer func() { _ = process.Release() }()
	env, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "environ"))
	if err != nil || !hasVariable(env, mark) {
		return false
	}
	if err := process.Signal(syscall.SIGKILL); errors.Is(err, os.ErrProcessDone) {
		return false
	}
	adopted(pid)
	return true
}

// hasVariable looks for a whole NAME=value among those that end in NUL bytes.
func hasVariable(env, variable []byte) bool {
	for entry := range bytes.SplitSeq(env, []byte{0}) {
		if bytes.Equal(entry, variable) {
			return true
		}
	}
	return false
}
