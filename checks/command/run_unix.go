//go:build unix

package command

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

const supported = true

// drainTime is how long after the end of a program its output may go on: only
// a process that could not be killed holds the pipes any longer.
const drainTime = 500 * time.Millisecond

// run starts the program, waits for its end or that of ctx, and leaves nothing
// behind. It returns late only when the kernel holds the program.
func (e Exec) run(ctx context.Context) (end, error) {
	if err := ctx.Err(); err != nil {
		return end{}, fmt.Errorf("not started: %w", err)
	}
	began := time.Now()
	path, err := e.lookup()
	if err != nil {
		return end{}, local(err)
	}
	p, err := e.start(path)
	if err != nil {
		return end{}, local(explain(err, path, e.Dir))
	}
	interrupted := p.wait(ctx)
	stdout, stderr := p.output(interrupted)
	said := end{state: p.cmd.ProcessState, stdout: stdout, stderr: stderr}
	if interrupted {
		line, _ := said.said(e.Nagios)
		return end{}, interruption(ctx, time.Since(began), line)
	}
	return said, nil
}

// A process is a running program with the pipes of its output.
type process struct {
	cmd            *exec.Cmd
	id             string // the value of runID in its environment
	stdout, stderr *capture
	group          *group
}

func (e Exec) start(path string) (*process, error) {
	id := rand.Text()
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
	cmd := &exec.Cmd{
		Path: path, Args: e.Command, Env: e.environment(id), Dir: e.Dir, Stdout: stdoutEnd, Stderr: stderrEnd,
		// A session is a process group too, and has no terminal to ask for a
		// password on.
		SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}
	if err := cmd.Start(); err != nil {
		stdout.finish(time.Time{})
		stderr.finish(time.Time{})
		return nil, err
	}
	return &process{cmd: cmd, id: id, stdout: stdout, stderr: stderr, group: &group{id: cmd.Process.Pid}}, nil
}

// wait returns when the program has ended and is reaped, and what it left
// behind is killed. It says whether ctx ended before the program did.
func (p *process) wait(ctx context.Context) (interrupted bool) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.group.reap(p.cmd)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		interrupted = p.group.kill()
		killMarked(p.cmd.Process.Pid, p.id)
		<-ended
	}
	killMarked(p.cmd.Process.Pid, p.id)
	adopted(-p.cmd.Process.Pid)
	return interrupted
}

// output returns what the program wrote. By now nobody holds the pipes but who
// could not be killed.
func (p *process) output(interrupted bool) (stdout, stderr string) {
	last := time.Now().Add(drainTime)
	if interrupted {
		last = time.Now().Add(grace / 4)
	}
	return p.stdout.finish(last), p.stderr.finish(last)
}

// interruption says that the time was over, with the reason of ctx.
func interruption(ctx context.Context, after time.Duration, line string) error {
	text := join(fmt.Sprintf("no exit after %v, killed", rounded(after)), line)
	return checks.Fail(checks.ReasonOf(ctx.Err()), fmt.Errorf("%s: %w", text, ctx.Err()))
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
