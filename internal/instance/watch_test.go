package instance_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-kit/log"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/instance"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// A logbook is the log of an instance.
type logbook struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// take returns what was logged since the last call.
func (l *logbook) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.b.Reset()
	return l.b.String()
}

// watched is an instance that watches a path, in a bubble.
func watched(t *testing.T, path string) *logbook {
	t.Helper()
	l := &logbook{}
	i, err := instance.New(instance.Options{ConfigFile: path, Logger: log.NewLogfmtLogger(l), Scrubber: scrub.New(scrub.Rules{})})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	watching.Go(func() { i.Watch(ctx) })
	t.Cleanup(func() {
		stop()
		watching.Wait()
		i.End(time.Second)
	})
	l.take()
	return l
}

// wantLog waits two seconds and compares the log: it has each part once, or is
// empty.
func wantLog(t *testing.T, l *logbook, parts ...string) {
	t.Helper()
	time.Sleep(2 * time.Second)
	got := l.take()
	if len(parts) == 0 && got != "" {
		t.Errorf("logged:\n%swant nothing", got)
	}
	for _, part := range parts {
		if strings.Count(got, part) != 1 {
			t.Errorf("logged:\n%swant once: %s", got, part)
		}
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestWatchReloadsWhenTheContentChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		main, host := filepath.Join(dir, "healthcheck.yml"), filepath.Join(dir, "host")
		put(t, host, "127.0.0.1")
		const first = "checks: [{name: a, disk: {path: /}}]\n"
		put(t, main, first)
		l := watched(t, main)
		wantLog(t, l)

		second := "checks: [{name: a, disk: {path: /}, tags: [x]}, {name: b, tcp: {address: \"${file:" + host + "}:1\"}}]\n"
		put(t, main, second)
		wantLog(t, l, "files="+main+"\n", `changes="+ b; ~ a: tags"`)
		put(t, main, second) // The same content, with another time.
		wantLog(t, l)
		put(t, host, "127.0.0.2") // What ${file:} reads.
		wantLog(t, l, "files="+host+"\n", `changes="~ b: a variable or the content of a file"`)

		next := filepath.Join(dir, "next")
		put(t, next, first)
		if err := os.Rename(next, main); err != nil {
			t.Fatal(err)
		}
		wantLog(t, l, `changes="- b; ~ a: tags"`)
		var many strings.Builder
		for n := range 25 {
			fmt.Fprintf(&many, "  - {name: c%d, disk: {path: /}}\n", n)
		}
		put(t, main, "checks:\n"+many.String())
		wantLog(t, l, `changes="+ c0; + c1; `, `+ c19; and 6 more"`)
	})
}

func TestWatchWaitsUntilAChangeIsComplete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		main := filepath.Join(t.TempDir(), "healthcheck.yml")
		put(t, main, "checks: []\n")
		l := watched(t, main)
		for n := range 20 { // A slow copy.
			put(t, main, "checks: [{name: a, disk: {path: /}}"+strings.Repeat(" ", n))
			time.Sleep(400 * time.Millisecond)
		}
		if got := l.take(); got != "" {
			t.Errorf("logged during the copy:\n%s", got)
		}
		put(t, main, "checks: [{name: a, disk: {path: /}}]\n")
		wantLog(t, l, `changes="+ a"`)
	})
}

func TestWatchReportsABrokenFileOnceForEachContent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		main := filepath.Join(t.TempDir(), "healthcheck.yml")
		put(t, main, "checks: []\n")
		l := watched(t, main)
		put(t, main, "checks: [{name: a, dsk: {}}]\n")
		wantLog(t, l, `did you mean \"disk\"?`)
		wantLog(t, l)
		put(t, main, "checks: [{name: a, memry: {}}]\n")
		wantLog(t, l, `did you mean \"memory\"?`)
		put(t, main, "checks: []\n")
		wantLog(t, l, `msg="configuration loaded"`)
	})
}

func TestWatchKeepsTheConfigurationWhileAFileCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		main, secret := filepath.Join(dir, "healthcheck.yml"), filepath.Join(dir, "secret")
		put(t, secret, "swordfish-4711")
		text := "checks: [{name: a, redis: {address: \"127.0.0.1:1\", password_file: " + secret + "}}]\n"
		put(t, main, text)
		l := watched(t, main)
		for _, file := range []string{main, secret} {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
			wantLog(t, l, `msg="the configuration cannot be read, the previous one stays in use"`, file+": no such file or directory")
			wantLog(t, l)
			put(t, file, string(content))
			wantLog(t, l) // As it was.
		}
		if err := os.Remove(secret); err != nil {
			t.Fatal(err)
		}
		put(t, main, "checks: []\n") // It needs the file no longer.
		wantLog(t, l, `changes="- a"`)
	})
}

func TestWatchSeesTheSwapOfAConfigMap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		version := func(name, text string) string {
			data := filepath.Join(dir, name)
			if err := os.Mkdir(data, 0o700); err != nil {
				t.Fatal(err)
			}
			put(t, filepath.Join(data, "healthcheck.yml"), text)
			return name
		}
		link := func(to, at string) {
			t.Helper()
			temporary := filepath.Join(dir, "..tmp")
			if err := os.Symlink(to, temporary); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(temporary, filepath.Join(dir, at)); err != nil {
				t.Fatal(err)
			}
		}
		link(version("..1", "checks: []\n"), "..data")
		link("..data/healthcheck.yml", "healthcheck.yml")
		file, directory, glob := watched(t, filepath.Join(dir, "healthcheck.yml")), watched(t, dir), watched(t, filepath.Join(dir, "*.yml"))
		link(version("..2", "checks: [{name: a, disk: {path: /}}]\n"), "..data")
		if err := os.RemoveAll(filepath.Join(dir, "..1")); err != nil {
			t.Fatal(err)
		}
		for _, l := range []*logbook{file, directory, glob} {
			wantLog(t, l, `changes="+ a"`)
		}
	})
}

func TestWatchSeesFilesComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		a, b := filepath.Join(dir, "a.yml"), filepath.Join(dir, "b.yml")
		put(t, a, "checks: [{name: a, disk: {path: /}}]\n")
		l := watched(t, dir)
		put(t, b, "checks: [{name: b, disk: {path: /}}]\n")
		wantLog(t, l, "files="+b+"\n", `changes="+ b"`)
		if err := os.Remove(a); err != nil {
			t.Fatal(err)
		}
		wantLog(t, l, "files="+a+"\n", `changes="- a"`)
		if err := os.Remove(b); err != nil {
			t.Fatal(err)
		}
		wantLog(t, l, "matches no file that ends in .yml or .yaml")
		wantLog(t, l)
	})
}
