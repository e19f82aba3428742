//go:build linux

package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// polls asks a path in one connection after another, until the returned function
// is called: then it complains about every answer but 200.
func polls(t *testing.T, e *exporter, path string) (stop func() (asked int64)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var wrong mishaps
	var asked atomic.Int64
	var polling sync.WaitGroup
	for range 4 {
		polling.Go(func() {
			for ctx.Err() == nil {
				p, err := dialPoller(t.Context(), e.Addr)
				if err == nil {
					err = p.ask(path)
					p.conn.Close()
				}
				wrong.add(err)
				asked.Add(1)
				time.Sleep(2 * time.Millisecond)
			}
		})
	}
	return func() int64 {
		t.Helper()
		cancel()
		polling.Wait()
		if wrong.n.Load() > 0 {
			t.Errorf("errors of %d requests: %v", asked.Load(), &wrong)
		}
		return asked.Load()
	}
}

// swap makes the link at a path, or a file that is renamed to it, new at once.
func swap(t *testing.T, path string, create func(temporary string) error) {
	t.Helper()
	temporary := filepath.Join(filepath.Dir(path), "..new")
	if err := create(temporary); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(temporary, path); err != nil {
		t.Fatal(err)
	}
}

func TestWatchTakesEachWayOfChangingAFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, data := filepath.Join(dir, "healthcheck.yml"), filepath.Join(dir, "..data")
	write(t, file, watchedFile("start"))
	e := startWith(t, "--config.file="+file, "--config.watch")
	stop := polls(t, e, "/healthcheck")
	hash, slowest := metricsOf(t, e).sum("healthcheck_config_hash"), time.Duration(0)
	for _, step := range []struct {
		name   string
		change func()
	}{
		{"edit", func() { write(t, file, watchedFile("edit")) }},
		{"rename", func() {
			swap(t, file, func(to string) error { return os.WriteFile(to, []byte(watchedFile("rename")), 0o600) })
		}},
		{"configmap", func() {
			version := filepath.Join(dir, "..1")
			if err := os.Mkdir(version, 0o700); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(version, "healthcheck.yml"), watchedFile("configmap"))
			swap(t, data, func(to string) error { return os.Symlink("..1", to) })
			swap(t, file, func(to string) error { return os.Symlink("..data/healthcheck.yml", to) })
		}},
		{"swapped", func() {
			version := filepath.Join(dir, "..2")
			if err := os.Mkdir(version, 0o700); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(version, "healthcheck.yml"), watchedFile("swapped"))
			swap(t, data, func(to string) error { return os.Symlink("..2", to) })
		}},
	} {
		begin := time.Now()
		step.change()
		eventually(t, func() string {
			if status, body, err := get(t.Context(), e.url+"/healthcheck/"+step.name); err != nil || status != http.StatusOK {
				return fmt.Sprintf("the file of the step %s is not in use: %d %s %v", step.name, status, body, err)
			}
			return ""
		})
		slowest = max(slowest, time.Since(begin))
		if next := metricsOf(t, e).sum("healthcheck_config_hash"); next == hash {
			t.Errorf("%s: healthcheck_config_hash is still %v", step.name, hash)
		} else {
			hash = next
		}
		if want := "+ " + step.name; !strings.Contains(e.Output(), want) {
			t.Errorf("the log does not say %q:\n%s", want, e.Output())
		}
	}

	if err := os.Remove(data); err != nil { // The link leads nowhere.
		t.Fatal(err)
	}
	const warning = "the configuration cannot be read, the previous one stays in use"
	eventually(t, func() string {
		if !strings.Contains(e.Output(), warning) {
			return "no warning about the deleted file"
		}
		return ""
	})
	time.Sleep(2 * time.Second)
	if n := strings.Count(e.Output(), warning); n != 1 {
		t.Errorf("%d warnings about the deleted file, want 1", n)
	}
	fetch(t, http.StatusOK, e.url+"/healthcheck/swapped")
	wantMetric(t, e, "healthcheck_config_last_reload_successful 1")

	swap(t, data, func(to string) error { return os.Symlink("..1", to) })
	eventually(t, func() string {
		if status, _, err := get(t.Context(), e.url+"/healthcheck/configmap"); err != nil || status != http.StatusOK {
			return fmt.Sprintf("the file that came back is not in use: %d %v", status, err)
		}
		return ""
	})
	asked := stop()
	t.Logf("edited in place, renamed over, the `..data` of a ConfigMap swapped, deleted: taken or kept, the slowest %v after the change; 0 of %d requests failed",
		slowest.Round(10*time.Millisecond), asked)
}

func watchedFile(name string) string {
	return "checks: [{name: " + name + ", exec: {command: [echo, " + name + "]}}]\n"
}
