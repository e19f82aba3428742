//go:build unix

package command

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

const supported = true

// grace is how long a run may continue after its timeout to kill and reap the
// program and return its error. The collector waits 50 ms.
const grace = 40 * time.Millisecond

// drainTime is how long a run reads output after the program has ended. Only a
// process that could not be killed keeps the pipes open longer.
const drainTime = 500 * time.Millisecond

// run starts the program, waits until the program or ctx ends, and leaves no
// process behind. It returns late only if the kernel does not let the program
// end.
func (e Exec) run(ctx context.Context) (end, error) {
	began, trace := time.Now(), checks.TraceOf(ctx)
	trace.Phase("starting", e.Command[0])
	path, err := e.lookup()
	if err != nil {
		return end{}, local(err)
	}
	touch(path, e.Dir)
	if ctx.Err() != nil {
		return end{}, interrupted(ctx, "not started, the time was over")
	}
	p, err := e.start(path)
	if err != nil {
		return end{}, local(explain(err, path, e.Dir))
	}
	trace.Phase("running", path)
	killed := p.wait(ctx)
	took := time.Since(began)
	if !killed {
		trace.Phase("reading the output", path)
	}
	over := p.output(ctx)
	if over.state != nil {
		trace.Exited(over.state.ExitCode(), strings.TrimSpace(over.stderr))
	}
	if killed {
		line, _ := over.said(e.Nagios)
		return end{}, interrupted(ctx, join(fmt.Sprintf("killed after %v", rounded(took)), line))
	}
	if over.state == nil {
		return end{}, local(fmt.Errorf("how %s ended is not known: another part of this process has reaped it", path))
	}
	return over, nil
}

// A process is a running program with the pipes of its output.
type process struct {
	cmd            *exec.Cmd
	stdout, stderr *capture
	group          *group
	ended          chan struct{} // closed once the program is reaped
}

func (e Exec) start(path string) (*process, error) {
	mark := rand.Text()
	stdout, stdoutEnd, err := newCapture()
	if err != nil {
		return nil, err
	}
	defer stdoutEnd.Close()
	stderr, stderrEnd, err := newCapture()
	if err != nil {
		stdout.finish(time.Time{})
		return nil, err
	}
	defer stderrEnd.Close()
	p := &process{stdout: stdout, stderr: stderr, ended: make(chan struct{})}
	p.cmd = &exec.Cmd{
		Path: path, Args: e.Command, Env: e.environment(mark), Dir: e.Dir, Stdout: stdoutEnd, Stderr: stderrEnd,
		// A session is also a process group. It has no terminal, so the program
		// cannot prompt for a password.
		SysProcAttr: endWithUs(&syscall.SysProcAttr{Setsid: true}),
	}
	if err := p.launch(mark); err != nil {
		stdout.finish(time.Time{})
		stderr.finish(time.Time{})
		return nil, err
	}
	return p, nil
}

// launch returns once the program runs. A goroutine stays locked to its thread
// from the start of the program until the program is reaped, because the kernel
// kills the program when the thread that started it ends, not only when this
// process ends.
func (p *process) launch(mark string) error {
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := p.cmd.Start(); err != nil {
			started <- err
			return
		}
		p.group = &group{number: p.cmd.Process.Pid, mark: mark}
		started <- nil
		p.group.reap(p.cmd)
		close(p.ended)
	}()
	return <-started
}

// wait returns when the program has been reaped and the processes it left behind
// have received SIGKILL. It reports whether ctx ended before the program did.
func (p *process) wait(ctx context.Context) (killed bool) {
	select {
	case <-p.ended:
	case <-ctx.Done():
		killed = p.group.kill()
		<-p.ended
	}
	return killed
}

// output returns how the program ended and what it wrote. At this point only a
// process that could not be killed, or is about to die, keeps the pipes open.
func (p *process) output(ctx context.Context) end {
	last := time.Now().Add(drainTime)
	if deadline, ok := ctx.Deadline(); ok && deadline.Before(last) {
		last = deadline
	}
	if soonest := time.Now().Add(grace / 4); last.Before(soonest) || ctx.Err() != nil {
		last = soonest
	}
	return end{state: p.cmd.ProcessState, stdout: p.stdout.finish(last), stderr: p.stderr.finish(last)}
}

// describe says how a program ended: "exit status 2", "killed by signal 9 (killed)".
func describe(state *os.ProcessState) string {
	status, ok := state.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() {
		return fmt.Sprintf("exit status %d", state.ExitCode())
	}
	s := fmt.Sprintf("killed by signal %d (%v)", int(status.Signal()), status.Signal())
	if status.CoreDump() {
		s += ", core dumped"
	}
	return s
}
