package command_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/command"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// leftover are the ways in which a program leaves a process behind, whose number is
// written to $PIDS; of one that leaves the group, once it has left. Each holds the pipes
// open, or lets go of them.
var leftover = map[string]string{
	"a job in the background":       `sleep 1000 & echo $! >>$PIDS`,
	"a job without our pipes":       `sleep 1000 >/dev/null 2>&1 & echo $! >>$PIDS`,
	"a grandchild, forked twice":    `(sleep 1000 & echo $! >>$PIDS) &`,
	"a group of its own":            `perl -e 'setpgrp; exec "sh", "-c", "echo \$\$ >>\$PIDS; exec sleep 1000"' &`,
	"a group without environment":   `perl -e 'setpgrp; exec "env", "-i", "sh", "-c", "echo \$\$ >>\$0; exec sleep 1000", $ENV{PIDS}' &`,
	"a session of its own":          `setsid sh -c 'echo $$ >>$PIDS; exec sleep 1000' &`,
	"a daemon":                      `perl -e 'use POSIX; fork && exit; POSIX::setsid; fork && exit; print "$$\n"; open STDOUT, ">/dev/null"; exec qw(sleep 1000)' >>$PIDS 2>/dev/null`,
	"one that is deaf to all else":  `sh -c 'trap "" TERM HUP INT; echo $$ >>$PIDS; while :; do sleep 1; done' &`,
	"a stopped one":                 `sleep 1000 & echo $! >>$PIDS; kill -STOP $!`,
	"a daemon that floods the pipe": `setsid yes & echo $! >>$PIDS`,
}

func TestWhatIsLeftBehindIsKilledWhenTheProgramEnds(t *testing.T) {
	t.Parallel()
	for name, leave := range leftover {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pids := filepath.Join(t.TempDir(), "pids")
			e := script(leave, "until test -s $PIDS; do sleep 0.01; done", "echo left >&2; exit 4")
			e.Env = map[string]string{"PIDS": pids}
			a := run(t, generous, e)
			a.failed(t, checks.ReasonExitCode, "exit status 4: ")
			a.onTime(t, 10*time.Second)
			wantGone(t, pids)
		})
	}
}

func TestWhatIsLeftBehindIsKilledWhenTheRunIsEnded(t *testing.T) {
	t.Parallel()
	for name, leave := range leftover {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pids := filepath.Join(t.TempDir(), "pids")
			e := script(leave, "sleep 1000")
			e.Env = map[string]string{"PIDS": pids}
			f, err := e.Build()
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			ended := make(chan answer)
			go func() { ended <- call(ctx, f) }()
			eventually(t, func() error {
				if data, _ := os.ReadFile(pids); !bytes.HasSuffix(data, []byte("\n")) {
					return errors.New("nobody was left behind")
				}
				return nil
			})
			cancel()
			(<-ended).failed(t, checks.ReasonInternal, "killed after ")
			wantGone(t, pids)
		})
	}
}

// TestWhoClearsHisEnvironmentCannotHoldTheCheckUp is about the documented gap.
func TestWhoClearsHisEnvironmentCannotHoldTheCheckUp(t *testing.T) {
	t.Parallel()
	pids := filepath.Join(t.TempDir(), "pids")
	e := script(`env -i setsid sleep 1000 & echo $! >$PIDS; sleep 0.2; echo done`)
	e.Env = map[string]string{"PIDS": pids}
	a := run(t, generous, e)
	a.passed(t, "done")
	a.onTime(t, 10*time.Second)
	for _, pid := range readPids(t, pids) {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	wantGone(t, pids)
}

// A process that cannot be found keeps the pipes open. A run that is ended does not
// wait for it as long as one whose program has ended by itself.
func TestACancelledRunDoesNotWaitForTheOutputOfWhatItCannotKill(t *testing.T) {
	t.Parallel()
	var took []time.Duration
	for range 5 { // A busy machine holds up some of them, but not all.
		pids := filepath.Join(t.TempDir(), "pids")
		e := script(`env -i setsid sh -c 'echo $$ >>$0; exec sleep 1000' $PIDS & sleep 1000`)
		e.Env = map[string]string{"PIDS": pids}
		f, err := e.Build()
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan answer)
		go func() { ended <- call(ctx, f) }()
		eventually(t, func() error {
			if data, _ := os.ReadFile(pids); !bytes.HasSuffix(data, []byte("\n")) {
				return errors.New("nobody was left behind")
			}
			return nil
		})
		began := time.Now()
		cancel()
		(<-ended).failed(t, checks.ReasonInternal, "killed after ")
		took = append(took, time.Since(began))
		for _, pid := range readPids(t, pids) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		wantGone(t, pids)
	}
	if least := slices.Min(took); least > 100*time.Millisecond {
		t.Errorf("the runs returned after %v, want one within 100ms", took)
	}
}

func TestHundredTimeoutsLeaveNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("not with -short: starts some hundred programs")
	}
	pids := filepath.Join(t.TempDir(), "pids")
	e := script(`setsid sleep 1000 & echo $! >>$PIDS; sleep 1000 & echo $! >>$PIDS; echo $$ >>$PIDS; sleep 1000 | sleep 1000`)
	e.Env = map[string]string{"PIDS": pids}
	run(t, 100*time.Millisecond, e) // So that what is opened once is open.
	before := descriptors(t)
	const timeout = 100 * time.Millisecond
	took := make(chan time.Duration, 100)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 25 {
				a := run(t, timeout, e)
				a.failed(t, checks.ReasonTimeout, "") // On a busy machine the kill may come after the answer.
				a.onTime(t, timeout)
				took <- a.took
			}
		})
	}
	all.Wait()
	close(took)
	// A busy machine holds up some of them, but not all.
	if times := slices.Sorted(seq(took)); times[10] > timeout+100*time.Millisecond {
		t.Errorf("only ten of a hundred returned within %v, want all within %v", times[10], timeout+100*time.Millisecond)
	}
	wantGone(t, pids)
	eventually(t, func() error {
		if zombies := childrenOf(t, os.Getpid()); len(zombies) > 0 {
			return fmt.Errorf("children %v, want none", zombies)
		}
		if after := descriptors(t); after > before {
			return fmt.Errorf("%d descriptors are open, want %d as before", after, before)
		}
		return nil
	})
}

// Without the garbage collector, which would close what a run has forgotten.
func TestRunClosesWhatItOpened(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	pids := filepath.Join(t.TempDir(), "pids")
	leaves := script(leftover["a session of its own"], "until test -s $PIDS; do sleep 0.01; done")
	leaves.Env = map[string]string{"PIDS": pids}
	both := func() {
		run(t, generous, command.Exec{Command: []string{"/no/such/program"}}).failed(t, checks.ReasonInternal, "local: start ")
		run(t, generous, leaves).passed(t, "exit status 0")
	}
	both() // So that what is opened once is open.
	before := descriptors(t)
	for range 5 {
		both()
	}
	eventually(t, func() error {
		if after := descriptors(t); after > before {
			return fmt.Errorf("%d descriptors are open, want %d as before", after, before)
		}
		return nil
	})
}

func TestOrphansOfProcessOneAreReaped(t *testing.T) {
	t.Parallel()
	if !testservers.InNamespace(t, "--pid", "--fork", "--mount-proc", "--kill-child") {
		return
	}
	for name, leave := range leftover {
		if name == "a daemon" {
			continue // What ends by itself outside the group is for an init to reap.
		}
		pids := filepath.Join(t.TempDir(), "pids")
		e := script(leave, "until test -s $PIDS; do sleep 0.01; done", "echo left; exit 4")
		e.Env = map[string]string{"PIDS": pids}
		run(t, generous, e).failed(t, checks.ReasonExitCode, "exit status 4: ")
		eventually(t, func() error {
			if orphans := childrenOf(t, 1); len(orphans) > 0 {
				return fmt.Errorf("%s: children %v, want none", name, orphans)
			}
			return nil
		})
	}
}

func seq[T any](c <-chan T) iter.Seq[T] {
	return func(yield func(T) bool) {
		for v := range c {
			if !yield(v) {
				return
			}
		}
	}
}

// wantGone waits until all whose numbers are in the file have ended.
func wantGone(t *testing.T, file string) {
	t.Helper()
	for _, pid := range readPids(t, file) {
		eventually(t, func() error {
			if s := stateOf(pid); s != "" && s != "Z" { // An orphan's zombie is its new parent's.
				return fmt.Errorf("process %d is left, in state %s", pid, s)
			}
			return nil
		})
	}
}

func readPids(t *testing.T, file string) []int {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, word := range strings.Fields(string(data)) {
		pid, err := strconv.Atoi(word)
		if err != nil || pid < 2 {
			t.Fatalf("%s: %q is no process", file, word)
		}
		pids = append(pids, pid)
	}
	return pids
}

// stateAndParent returns the state and the parent of a process, and nothing when it is gone.
func stateAndParent(pid int) (state string, parent int) {
	data, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	words := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
	if len(words) < 2 {
		return "", 0
	}
	parent, _ = strconv.Atoi(words[1])
	return words[0], parent
}

func stateOf(pid int) string {
	state, _ := stateAndParent(pid)
	return state
}

func childrenOf(t *testing.T, pid int) (children []int) {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		child, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if _, parent := stateAndParent(child); parent == pid {
			children = append(children, child)
		}
	}
	return children
}

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

func eventually(t *testing.T, f func() error) {
	t.Helper()
	var err error
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if err = f(); err == nil {
			return
		}
	}
	t.Error(err)
}

var _ checks.Spec = command.Exec{}
