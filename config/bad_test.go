//go:build unix

package config_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
)

// enoughBadFiles is how many the table has at least.
const enoughBadFiles = 150

// A bad file is a table row: what is in it, then a line for each fault that must
// be told, in order and no other: "# want: LINE: message"; line 0 is the file as
// a whole. The want lines are cut off before the file is loaded, @DIR@ stands for
// a folder with secret files of all kinds, and @TYPES@ for the list of check types.
func TestBadFilesAreRefusedWithEveryFaultAndItsLine(t *testing.T) {
	names, err := filepath.Glob("testdata/*.bad.yml")
	if err != nil || len(names) < enoughBadFiles {
		t.Fatalf("%d bad files, want at least %d (%v)", len(names), enoughBadFiles, err)
	}
	dir := secretFolder(t)
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".bad.yml"), func(t *testing.T) {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			body, want, _ := bytes.Cut(raw, []byte("# want: "))
			file := filepath.Join(t.TempDir(), filepath.Base(name))
			write(t, file, string(bytes.ReplaceAll(body, []byte("@DIR@"), []byte(dir))))
			message := refused(t, file)
			got := wantLines(strings.NewReplacer(dir, "@DIR@", strings.Join(config.TypeNames(), ", "), "@TYPES@").Replace(message), file)
			if *update {
				write(t, name, string(body)+got)
				return
			}
			if want := "# want: " + string(want); got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

// refused loads a file that must be refused cheaply, without a secret in the
// message, and returns that.
func refused(t *testing.T, file string) string {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	c, err := config.Load(file)
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	if err == nil {
		t.Fatalf("Load(%s) has no fault and %d checks", filepath.Base(file), len(c.Checks))
	}
	t.Logf("refused after %v, %d MB allocated", took.Round(time.Millisecond), (after.TotalAlloc-before.TotalAlloc)>>20)
	// 100 ms is the promise, with fiftyfold room for a machine that is shared.
	if took > 5*slowness*time.Second {
		t.Errorf("refused after %v", took)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > slowness*64<<20 {
		t.Errorf("%d MB were allocated, want at most 64", used>>20)
	}
	if strings.Contains(err.Error(), canary) || strings.Contains(err.Error(), canary[:12]) {
		t.Errorf("the message quotes the secret:\n%v", err)
	}
	return err.Error()
}

// wantLines turns a message into want lines.
func wantLines(message, file string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(message, "\n") {
		rest, found := strings.CutPrefix(line, file)
		switch {
		case found && strings.HasPrefix(rest, ": "):
			fmt.Fprintf(&b, "# want: 0%s\n", strings.ReplaceAll(rest, file, "FILE"))
		case found && strings.HasPrefix(rest, ":"):
			fmt.Fprintf(&b, "# want: %s\n", strings.ReplaceAll(rest[1:], file, "FILE"))
		default:
			fmt.Fprintf(&b, "# want: without a file: %s\n", line)
		}
	}
	return b.String()
}

// secretFolder makes a folder with what a path to a secret may lead to, and
// sets the variables that the files use.
func secretFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	write(t, file("secret"), canary+"\n")
	write(t, file("multi"), canary+"\nsecond line\n")
	write(t, file("huge"), strings.Repeat("x", 64<<10+1))
	for _, err := range []error{
		os.Chmod(file("secret"), 0o600), os.Chmod(file("multi"), 0o600),
		os.Mkdir(file("folder"), 0o700),
		syscall.Mkfifo(file("fifo"), 0o600),
		os.Symlink("loop", file("loop")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("HC_WORD", "word")
	t.Setenv("HC_EMPTY", "")
	t.Setenv("HC_PASSWORD", canary)
	t.Setenv("HC_NESTED", "${HC_WORD}")
	return dir
}
