package command

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Limits of the search for processes that left the group. The search is repeated
// while it finds processes, and a few more times while it may have missed one.
const (
	maxSweeps      = 10
	maxQuietSweeps = 3
	betweenSweeps  = time.Millisecond
)

// killEscaped kills all processes that belong to the program's session or have
// the run's id in their environment, and returns their process ids. The program
// must not be reaped yet, because its process id is also the session id.
func killEscaped(program int, id string) (killed []int) {
	// If /proc belongs to another pid namespace, its process ids are not valid for
	// kill.
	if self, _ := os.Readlink("/proc/self"); self != strconv.Itoa(os.Getpid()) {
		return nil
	}
	s := sweep{program: program, mark: []byte(runID + "=" + id)}
	quiet := 0
	for range maxSweeps {
		hit, again := s.once()
		if len(hit) > 0 {
			killed = append(killed, hit...)
			continue
		}
		if !again || quiet == maxQuietSweeps {
			break
		}
		quiet++
		time.Sleep(betweenSweeps)
	}
	return killed
}

// A sweep examines all processes that are younger than the program.
type sweep struct {
	program int
	mark    []byte
}

// once returns the processes that it killed, and whether it may have missed one
// that was just executing a program or was forked meanwhile.
func (s sweep) once() (killed []int, again bool) {
	newest := newestPid()
	for _, pid := range processes() {
		if pid == s.program || !younger(pid, s.program, newest) {
			continue
		}
		hit, unsure := s.kill(pid)
		if hit {
			killed = append(killed, pid)
		}
		again = again || unsure
	}
	return killed, again || newestPid() != newest
}

// kill kills the process if it belongs to the program. The result unsure means
// that the environment of the process was empty, as happens briefly during
// execve.
func (s sweep) kill(pid int) (killed, unsure bool) {
	// Get the handle first: it refers to this process even if the process id is
	// reused (with pidfd_open, since Linux 5.3).
	process, err := os.FindProcess(pid)
	if err != nil {
		return false, false
	}
	defer func() { _ = process.Release() }()
	st, ok := statOf(pid)
	if !ok || st.zombie || st.kernel {
		return false, false
	}
	if st.session != s.program {
		env, err := os.ReadFile(proc(pid, "environ"))
		if err != nil || !hasVariable(env, s.mark) {
			return false, err == nil && len(env) == 0
		}
	}
	if err := process.Signal(syscall.SIGKILL); errors.Is(err, os.ErrProcessDone) {
		return false, false
	}
	return true, false
}

// processes returns the numbers of all processes in /proc.
func processes() []int {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	var pids []int
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// younger reports whether pid was assigned after the program's. Process ids go up
// to a limit and then wrap around. The comparison avoids reading most of /proc.
func younger(pid, program, newest int) bool {
	wrapped := newest < program
	return pid > program || wrapped && pid <= newest || newest == 0
}

// newestPid returns the process id assigned last, from the end of /proc/loadavg.
// Zero means unknown; every process then counts as younger.
func newestPid() int {
	data, _ := os.ReadFile("/proc/loadavg")
	text := strings.TrimSpace(string(data))
	pid, _ := strconv.Atoi(text[strings.LastIndexByte(text, ' ')+1:])
	return pid
}

// A stat holds the fields of proc_pid_stat(5) that matter here.
type stat struct {
	session        int
	zombie, kernel bool
}

const kernelThread = 0x00200000 // PF_KTHREAD of the flags

func statOf(pid int) (stat, bool) {
	data, err := os.ReadFile(proc(pid, "stat"))
	if err != nil {
		return stat{}, false
	}
	// The fields after the name, which may contain any characters: state, parent,
	// group, session, terminal, its group, flags.
	words := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
	if len(words) < 7 {
		return stat{}, false
	}
	session, _ := strconv.Atoi(words[3])
	flags, _ := strconv.ParseUint(words[6], 10, 64)
	return stat{session: session, zombie: words[0] == "Z" || words[0] == "X", kernel: flags&kernelThread != 0}, true
}

func proc(pid int, file string) string { return filepath.Join("/proc", strconv.Itoa(pid), file) }

// hasVariable looks for a whole NAME=value among entries that end in NUL.
func hasVariable(env, variable []byte) bool {
	for entry := range bytes.SplitSeq(env, []byte{0}) {
		if bytes.Equal(entry, variable) {
			return true
		}
	}
	return false
}
