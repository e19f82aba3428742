//go:build unix

package command_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/command"
)

func TestPassesWithTheFirstLineOfStandardOutput(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, script, want string }{
		{"one line", "echo all is well", "all is well"},
		{"of several", "echo first; echo second", "first"},
		{"after blank lines", `printf '\n  \n indented \r\nsecond'`, "indented"},
		{"without newline", "printf ready", "ready"},
		{"standard error is not looked at", "echo noise >&2; echo ready", "ready"},
		{"but when nothing else is said", "echo only here >&2", "only here"},
		{"nothing said at all", "true", "exit status 0"},
		{"a bar that is no performance data", "echo 'a | b | c'", "a | b | c"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			run(t, generous, script(c.script)).passed(t, c.want)
		})
	}
}

func TestEveryExitStatusButZeroFails(t *testing.T) {
	if testing.Short() {
		t.Skip("not with -short: starts some hundred programs")
	}
	t.Parallel()
	for status := 1; status < 256; status++ {
		a := run(t, generous, script(fmt.Sprintf("echo full; exit %d", status)))
		a.failed(t, checks.ReasonExitCode, fmt.Sprintf("exit status %d: full", status))
	}
}

func TestStatusOneOfAPluginWarnsAndAllAboveFail(t *testing.T) {
	if testing.Short() {
		t.Skip("not with -short: starts some hundred programs")
	}
	t.Parallel()
	for status := range 256 {
		e := script(fmt.Sprintf("echo DISK; exit %d", status))
		e.Nagios = true
		a := run(t, generous, e)
		sentence := fmt.Sprintf("exit status %d: DISK", status)
		switch status {
		case 0:
			a.passed(t, "DISK")
		case 1:
			a.warned(t, "DISK", sentence)
		default:
			a.failed(t, checks.ReasonExitCode, sentence)
		}
	}
}

func TestWarningOfASilentPluginIsItsStatus(t *testing.T) {
	t.Parallel()
	run(t, generous, command.Exec{Command: []string{"false"}, Nagios: true}).warned(t, "exit status 1", "exit status 1")
}

func TestFailureTellsStandardErrorWhenStandardOutputIsEmpty(t *testing.T) {
	t.Parallel()
	run(t, generous, script("echo no route >&2; exit 7")).failed(t, checks.ReasonExitCode, "exit status 7: no route")
	run(t, generous, script("exit 7")).failed(t, checks.ReasonExitCode, "exit status 7")
}

func TestSignalIsNamed(t *testing.T) {
	t.Parallel()
	for signal, want := range map[string]string{
		"TERM": "killed by signal 15 (terminated): last words",
		"KILL": "killed by signal 9 (killed): last words",
		"SEGV": "killed by signal 11 (segmentation fault)",
		"ABRT": "killed by signal 6 (aborted)",
		"ALRM": "killed by signal 14 (alarm clock)", // Not HUP, which nohup ignores.
	} {
		// Also for a plugin: a signal's number is no status.
		e := script("ulimit -c 0; echo last words; kill -" + signal + " $$")
		e.Nagios = true
		run(t, generous, e).failed(t, checks.ReasonExitCode, want)
	}
}

func TestPerformanceDataIsObservedAndTakenOffTheOutput(t *testing.T) {
	t.Parallel()
	e := script(`echo "DISK WARNING - 40% used | /=4MB;8;9;0;10 'inodes used'=12%"`, "echo long text", "echo '| rta=3ms'", "exit 1")
	e.Nagios = true
	a := run(t, generous, e)
	a.warned(t, "DISK WARNING - 40% used", "exit status 1: DISK WARNING - 40% used")
	want := map[string]float64{"value_bytes": 4 << 20, "inodes_used_ratio": 0.12, "rta_seconds": 0.003}
	if fmt.Sprint(a.values) != fmt.Sprint(want) {
		t.Errorf("observed %v, want %v", a.values, want)
	}
}

func TestPlainProgramMayTellValuesToo(t *testing.T) {
	t.Parallel()
	a := run(t, generous, script("echo 'queue ok | depth=7'", "echo '| second=1'"))
	a.passed(t, "queue ok")
	if fmt.Sprint(a.values) != "map[depth:7]" {
		t.Errorf("observed %v, want the depth of 7 and nothing of the table below", a.values)
	}
}

func TestValuesOfAFailureAreObserved(t *testing.T) {
	t.Parallel()
	a := run(t, generous, script("echo 'too long | depth=700'; exit 2"))
	a.failed(t, checks.ReasonExitCode, "exit status 2: too long")
	if a.values["depth"] != 700 {
		t.Errorf("observed %v, want a depth of 700", a.values)
	}
}

func TestEnvironmentIsMinimal(t *testing.T) {
	t.Setenv("SECRET_OF_THE_EXPORTER", "hunter2hunter2")
	a := run(t, generous, command.Exec{Command: []string{os.Args[0]}, Env: map[string]string{"SHOW_ENVIRONMENT": "1"}})
	want := `^HEALTHCHECK_RUN_ID=[A-Z2-7]{26} LANG=C ` +
		`PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin SHOW_ENVIRONMENT=1$`
	if a.err != nil || !regexp.MustCompile(want).MatchString(a.output) {
		t.Errorf("environment = %q (%v), want %s", a.output, a.err, want)
	}
}

func TestGivenVariablesReplaceTheMinimalOnes(t *testing.T) {
	t.Parallel()
	e := script(`echo "$LANG $HOME"`)
	e.Env = map[string]string{"LANG": "de_DE.UTF-8", "HOME": "/nonexistent"}
	run(t, generous, e).passed(t, "de_DE.UTF-8 /nonexistent")
}

func TestLaterChangesOfTheSettingsChangeNothing(t *testing.T) {
	t.Parallel()
	e := script("echo $A")
	e.Env = map[string]string{"A": "before"}
	f, err := e.Build()
	if err != nil {
		t.Fatal(err)
	}
	e.Command[2], e.Env["A"] = "exit 1", "after"
	call(t.Context(), f).passed(t, "before")
}

func TestNameIsLookedUpInTheProgramsPath(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Symlink("/bin/sh", filepath.Join(dir, "check_special")); err != nil {
		t.Fatal(err)
	}
	e := command.Exec{Command: []string{"check_special", "-c", "echo $0 found"}, Env: map[string]string{"PATH": "relative:" + dir}}
	run(t, generous, e).passed(t, "check_special found")
}

func TestWorkingDirectoryIsTheRootUnlessGiven(t *testing.T) {
	t.Parallel()
	run(t, generous, script("pwd -P")).passed(t, "/")
	e := script("pwd -P")
	e.Dir = t.TempDir()
	want, err := filepath.EvalSymlinks(e.Dir)
	if err != nil {
		t.Fatal(err)
	}
	run(t, generous, e).passed(t, want)
}

func TestStandardInputIsEmpty(t *testing.T) {
	t.Parallel()
	run(t, generous, script("cat; echo nothing to read")).passed(t, "nothing to read")
}

func TestProgramHasNoTerminalAndASessionOfItsOwn(t *testing.T) {
	t.Parallel()
	run(t, generous, script("if true 2>/dev/null </dev/tty; then echo asks; else echo cannot ask; fi")).passed(t, "cannot ask")
}

func TestNoShellLooksAtTheWords(t *testing.T) {
	t.Parallel()
	run(t, generous, command.Exec{Command: []string{"echo", "$HOME", "*", "; exit 1"}}).passed(t, "$HOME * ; exit 1")
}

func TestBinaryOutputIsHandedOnAsItIs(t *testing.T) {
	t.Parallel()
	run(t, generous, script(`printf '\000\377\033[2J\n'`)).passed(t, "\x00\xff\x1b[2J")
}

func TestProgramThatCannotBeStartedIsOurTrouble(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	noInterpreter := file("orphan", "#!/no/such/interpreter\n", 0o755)
	for _, c := range []struct {
		name string
		exec command.Exec
		want string
	}{
		{"no such file", command.Exec{Command: []string{"/no/such/program"}}, "local: start /no/such/program: no such file or directory"},
		{"not in PATH", command.Exec{Command: []string{"no_such_program"}}, `local: program "no_such_program" is not in PATH /usr/local/sbin:`},
		{"all in one word", command.Exec{Command: []string{"echo a"}}, `local: program "echo a" is not in PATH /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin: one word each, there is no shell`},
		{"not executable", command.Exec{Command: []string{file("plain", "#!/bin/sh\n", 0o644)}}, "local: start " + dir + "/plain: permission denied"},
		{"a directory", command.Exec{Command: []string{dir}}, "local: start " + dir + ": permission denied"},
		{"no interpreter", command.Exec{Command: []string{noInterpreter}}, "local: start " + noInterpreter + ": its interpreter is missing: no such file"},
		{"no program", command.Exec{Command: []string{file("text", "hello\n", 0o755)}}, "local: start " + dir + "/text: neither a program for this machine nor a script with an interpreter: exec format error"},
		{"no directory", command.Exec{Command: []string{"true"}, Dir: dir + "/gone"}, "local: start /"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			// A file that was just written is busy while another test forks.
			a := run(t, generous, c.exec)
			for range 50 {
				if !errors.Is(a.err, syscall.ETXTBSY) {
					break
				}
				time.Sleep(10 * time.Millisecond)
				a = run(t, generous, c.exec)
			}
			a.failed(t, checks.ReasonInternal, c.want)
		})
	}
}

func TestMissingDirectoryIsNamed(t *testing.T) {
	t.Parallel()
	gone := filepath.Join(t.TempDir(), "gone")
	a := run(t, generous, command.Exec{Command: []string{"true"}, Dir: gone})
	if a.err == nil || !strings.HasSuffix(a.err.Error(), "directory "+gone+": no such file or directory") {
		t.Errorf("error = %v, want the missing directory", a.err)
	}
}

func TestOurWantOfDescriptorsIsLocal(t *testing.T) {
	f, err := command.Exec{Command: []string{"/bin/true"}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	none := old
	none.Cur = 0
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &none); err != nil {
		t.Skip(err)
	}
	a := call(t.Context(), f)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	a.failed(t, checks.ReasonInternal, "local: start /bin/true: ")
	call(t.Context(), f).passed(t, "exit status 0")
}

func TestFloodIsReadAndDropped(t *testing.T) {
	var before, after runtime.MemStats
	e := command.Exec{Command: []string{"yes"}}
	run(t, 50*time.Millisecond, e)
	runtime.ReadMemStats(&before)
	a := run(t, time.Second, e)
	runtime.ReadMemStats(&after)
	a.failed(t, checks.ReasonTimeout, "killed after ")
	a.onTime(t, time.Second)
	// yes writes gigabytes; looking for what left the group reads a file for each
	// process that the machine has started meanwhile.
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 16<<20 {
		t.Errorf("a second of yes allocated %d bytes, want at most 16 MiB", grown)
	}
}

func TestLongOutputNeitherBlocksNorComesBack(t *testing.T) {
	t.Parallel()
	const kept = 64 << 10
	e := script("head -c 10000000 /dev/zero | tr '\\0' x; head -c 10000000 /dev/zero >&2; exit 3")
	a := run(t, generous, e)
	a.failed(t, checks.ReasonExitCode, "exit status 3: xxx")
	if n := len(a.err.Error()); n > kept+100 {
		t.Errorf("the sentence has %d bytes, want at most 64 KiB", n)
	}
}

func TestTimeoutKillsAndSaysWhatTheProgramSaid(t *testing.T) {
	t.Parallel()
	const timeout = 500 * time.Millisecond
	a := run(t, timeout, script("trap '' TERM INT HUP", "echo waiting for the array", "while :; do sleep 1; done"))
	a.onTime(t, timeout)
	a.failed(t, checks.ReasonTimeout, "killed after ")
	want := regexp.MustCompile(`^killed after \S+s: waiting for the array$`)
	if !want.MatchString(a.err.Error()) {
		t.Errorf("error = %q, want what the program said", a.err)
	}
	if !errors.Is(a.err, context.DeadlineExceeded) {
		t.Errorf("error = %#v, want it to wrap the end of its context", a.err)
	}
}

func TestDurationOfAKilledProgramIsShort(t *testing.T) {
	for d, want := range map[time.Duration]string{
		1234567 * time.Nanosecond: "1ms", 999 * time.Millisecond: "999ms", time.Second: "1s", 1499 * time.Millisecond: "1s", 1500 * time.Millisecond: "2s",
		61 * time.Second: "1m1s",
	} {
		if got := command.Rounded(d).String(); got != want {
			t.Errorf("%v is written as %s, want %s", d, got, want)
		}
	}
}

func TestCancellationKillsTheProgram(t *testing.T) {
	t.Parallel()
	f, err := script("sleep 1000").Build()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	a := call(ctx, f)
	a.failed(t, checks.ReasonInternal, "killed after ")
	a.onTime(t, 100*time.Millisecond)
	if !errors.Is(a.err, context.Canceled) {
		t.Errorf("error = %v, want it to wrap the cancellation", a.err)
	}
}

func TestNothingIsStartedWhenTheTimeIsOver(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "started")
	f, err := command.Exec{Command: []string{"touch", file}}.Build()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	call(ctx, f).failed(t, checks.ReasonTimeout, "not started")
	if _, err := os.Stat(file); err == nil {
		t.Error("the program was started")
	}
}

func TestOneCheckMayBeRunByTwoAtOnce(t *testing.T) {
	t.Parallel()
	f, err := script("sleep 0.2; echo ok").Build()
	if err != nil {
		t.Fatal(err)
	}
	first := make(chan answer)
	go func() { first <- call(t.Context(), f) }()
	call(t.Context(), f).passed(t, "ok")
	(<-first).passed(t, "ok")
}

func TestSettingsAreValidatedAtOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		exec command.Exec
		want []string
	}{
		{"nothing", command.Exec{}, []string{"command: missing, want a list of words such as [pg_isready, -q]"}},
		{"empty word", command.Exec{Command: []string{"", "-c"}}, []string{"command: begins with an empty word, want a program"}},
		{"relative program", command.Exec{Command: []string{"./check"}}, []string{`command: program "./check" is a relative path, want an absolute one or a name in PATH`}},
		{"NUL in the directory", command.Exec{Command: []string{"true"}, Dir: "/a\x00b"}, []string{`dir: "/a\x00b", want an absolute path`}},
		{"all of it", command.Exec{
			Command: []string{"a/b", "c\x00"}, Dir: "tmp",
			Env: map[string]string{"": "x", "A=B": "x", "PIN": "12\x0034", "HEALTHCHECK_RUN_ID": "1"},
		}, []string{
			`command: program "a/b" is a relative path, want an absolute one or a name in PATH`,
			"command: word 2 contains a NUL byte",
			`dir: "tmp", want an absolute path`,
			`env: "" is not the name of a variable, want one without = and not empty`,
			`env: "A=B" is not the name of a variable, want one without = and not empty`,
			"env: HEALTHCHECK_RUN_ID is set by the check itself",
			"env: the value of PIN contains a NUL byte",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := c.exec.Build()
			if want := strings.Join(c.want, "\n"); err == nil || err.Error() != want {
				t.Errorf("Build() = %v, want %s", err, want)
			}
		})
	}
}

func TestSettingsAreReadFromYAML(t *testing.T) {
	t.Parallel()
	var e command.Exec
	decoder := yaml.NewDecoder(strings.NewReader(`{command: [sh, -c, "echo $A $PWD; exit 1"], nagios: true, env: {A: "1"}, dir: /}`))
	decoder.KnownFields(true)
	if err := decoder.Decode(&e); err != nil {
		t.Fatal(err)
	}
	run(t, generous, e).warned(t, "1 /", "exit status 1: 1 /")
	if err := yaml.Unmarshal([]byte(`{command: "true"}`), &e); err == nil {
		t.Error("a single string was taken for a command, want a list only")
	}
}
