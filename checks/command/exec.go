package command

import (
	"context"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// Exec passes when a program exits with status 0.
//
//	name: raid
//	exec: {command: [/usr/lib/nagios/plugins/check_raid, --timeout, "4"], nagios: true}
//
// The command is a list of words, run without a shell. To use a shell, name it:
// [/bin/sh, -c, "a | b"]. A name without a slash is looked up in PATH.
//
// The environment is exactly PATH (/usr/local/sbin:/usr/local/bin:/usr/sbin:
// /usr/bin:/sbin:/bin), LANG=C, HEALTHCHECK_RUN_ID (random, see below) and the
// variables of env. Nothing is inherited, so that the check does the same from a
// unit, from a shell and in a container. Standard input is empty.
//
// The output is the first line of standard output or, when that is empty, of
// standard error; 64 KiB of each are looked at, the rest is read and dropped.
// A status other than 0 fails with the reason exit_code ("exit status 2: …"),
// and so does a program that a signal killed. A program that cannot be started
// (not found, not executable, no process or memory left) fails with the reason
// internal: that is trouble of the exporter, not of the thing it checks.
//
// Performance data after a "|" (disk 40% used | /=4.2GB;8;9;0;10 inodes=12%)
// is taken off the output and observed, in base units: s, ms, us and ns as
// _seconds, B, KB … PB and KiB … PiB (both powers of 1024, as the plugins mean
// them) as _bytes, % as _ratio, c as _total, a number without a unit as it is.
// Names become lower case, with _ for anything but letters and digits. Of equal
// names the first is kept, and 16 in all.
//
// The program runs in a session and process group of its own. When it ends, and
// when the time is over, the whole group gets SIGKILL; there is no SIGTERM
// before it. On Linux what left the group is found too, by its session or, when
// it left that (setsid, a daemon), by the HEALTHCHECK_RUN_ID in its environment.
// Gaps: a process survives that left the session and cleared its environment
// or runs as another user. On other systems any process survives that left the
// group. So exec is not a way to start a service. Where the exporter is process
// 1, orphans of the group are reaped; those of a daemon that has already ended
// need an init (docker run --init).
//
// When the exporter itself gets SIGKILL, the program dies with it on Linux and
// freebsd, unless it is setuid. What the program has started survives, except
// under systemd, which kills the whole unit (KillMode=control-group), and in a
// container whose process 1 was the exporter.
//
// A program that the kernel holds (it waits for a file server that is gone)
// survives SIGKILL. Such a run fails with the reason timeout,
// healthcheck_run_stuck is 1, and no second program starts until the first has
// ended.
type Exec struct {
	// Command is the program and its arguments. The program is an absolute
	// path or a name to be found in PATH. Required.
	Command []string `yaml:"command"`

	// Nagios reads the exit status as Nagios does: 0 passes, 1 passes with a
	// warning, any other fails. False means that 1 fails too, as with most
	// programs. Performance data is also read after the first line.
	Nagios bool `yaml:"nagios"`

	// Env is added to the minimal environment, or replaces a part of it. Nil
	// adds nothing.
	Env map[string]string `yaml:"env"`

	// Dir is the absolute path of the working directory. Empty means /.
	Dir string `yaml:"dir"`
}

// runID is the variable that marks the processes a program leaves behind.
const runID = "HEALTHCHECK_RUN_ID"

// defaultPath is fixed and not inherited: a check must not depend on how the
// exporter was started.
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// Type returns "exec".
func (Exec) Type() string { return "exec" }

// Build validates the settings and returns all faults at once.
func (e Exec) Build() (checks.Func, error) {
	if err := e.validate(); err != nil {
		return nil, err
	}
	// The caller may change its list and its map later.
	e.Command, e.Env = slices.Clone(e.Command), maps.Clone(e.Env)
	if e.Dir == "" {
		e.Dir = "/"
	}
	return func(ctx context.Context) (string, error) {
		e.announce(ctx)
		over, err := e.run(ctx)
		if err != nil {
			return "", err
		}
		return e.judge(ctx, over)
	}, nil
}

// announce announces the secrets among the variables and arguments.
func (e Exec) announce(ctx context.Context) {
	for name, value := range e.Env {
		checktype.LearnNamed(ctx, name, value)
	}
	for i, word := range e.Command {
		name, value, joined := strings.Cut(word, "=")
		switch {
		case joined: // --password=X, PGPASSWORD=X
			checktype.LearnNamed(ctx, name, value)
		case strings.HasPrefix(word, "-") && i+1 < len(e.Command): // --password X
			checktype.LearnNamed(ctx, word, e.Command[i+1])
		default:
			checktype.LearnNamed(ctx, "", word)
		}
	}
}

func (e Exec) validate() error {
	var f checktype.Faults
	f.Check(!supported, "", "not supported on %s", runtime.GOOS)
	switch {
	case len(e.Command) == 0:
		f.Add("command", "missing, want a list of words such as [pg_isready, -q]")
	case e.Command[0] == "":
		f.Add("command", "begins with an empty word, want a program")
	case strings.Contains(e.Command[0], "/") && !filepath.IsAbs(e.Command[0]):
		f.Add("command", "program %q is a relative path, want an absolute one or a name in PATH", e.Command[0])
	}
	for i, word := range e.Command {
		f.Check(strings.ContainsRune(word, 0), "command", "word %d contains a NUL byte", i+1)
	}
	f.Check(e.Dir != "" && (!filepath.IsAbs(e.Dir) || strings.ContainsRune(e.Dir, 0)), "dir", "%q, want an absolute path", e.Dir)
	for _, name := range slices.Sorted(maps.Keys(e.Env)) {
		validateVariable(name, e.Env[name], &f)
	}
	return f.Err()
}

// validateVariable does not quote the value: it may be a secret.
func validateVariable(name, value string, f *checktype.Faults) {
	switch {
	case name == "" || strings.ContainsAny(name, "=\x00"):
		f.Add("env", "%q is not the name of a variable, want one without = and not empty", name)
	case name == runID:
		f.Add("env", "%s is set by the check itself", runID)
	case strings.ContainsRune(value, 0):
		f.Add("env", "the value of %s contains a NUL byte", name)
	}
}

// environment returns the environment of one run, sorted by name.
func (e Exec) environment(id string) []string {
	env := map[string]string{"PATH": defaultPath, "LANG": "C"}
	maps.Copy(env, e.Env)
	env[runID] = id
	list := make([]string, 0, len(env))
	for _, name := range slices.Sorted(maps.Keys(env)) {
		list = append(list, name+"="+env[name])
	}
	return list
}
