//go:build unix

package e2e_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// patience bounds every wait for something that must come: the machine may be
// slow and busy.
const patience = 60 * time.Second

// root is the folder of the module.
const root = "../.."

var built struct {
	sync.Once
	path string
	err  error
}

// sideBySide is how many parallel tests run at a time. They mostly wait for other
// processes, so two processors are enough for more than two of them.
const sideBySide = "6"

func TestMain(m *testing.M) {
	if flag.Parse(); testing.Short() {
		fmt.Println("not with -short: these tests start the program, and others")
		return
	}
	if err := flag.Set("test.parallel", sideBySide); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if built.path = os.Getenv(builtBinary); built.path != "" { // In a namespace.
		os.Exit(m.Run())
	}
	dir, err := os.MkdirTemp("", "e2e")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	built.path = filepath.Join(dir, "healthcheck_exporter")
	os.Setenv(builtBinary, built.path)
	status := m.Run()
	os.RemoveAll(dir)
	os.Exit(status)
}

// builtBinary names the variable with the path of the program, for tests that run
// again in a namespace of their own: see inNamespace.
const builtBinary = "E2E_BINARY"

// binary builds the program as `make build` does, once, and returns its path.
func binary(t testing.TB) string {
	t.Helper()
	built.Do(func() {
		if _, err := os.Stat(built.path); err != nil {
			built.err = build(root, ".", built.path)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.path
}

// build builds a program without cgo.
func build(dir, pkg, to string, flags ...string) error {
	args := append([]string{"build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -X github.com/prometheus/common/version.Revision=0123456789ab", "-o", to}, flags...)
	cmd := exec.Command("go", append(args, pkg)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build %s: %w\n%s", pkg, err, out)
	}
	return nil
}

// An exporter is the program at work.
type exporter struct {
	*testservers.Server
	url string // of --web.listen-address
}

// start runs the program with a configuration and further flags, and waits
// until it serves.
func start(t testing.TB, yaml string, args ...string) *exporter {
	t.Helper()
	file := filepath.Join(t.TempDir(), "healthcheck.yml")
	write(t, file, yaml)
	return startWith(t, append([]string{"--config.file=" + file}, args...)...)
}

func startWith(t testing.TB, args ...string) *exporter {
	t.Helper()
	path := binary(t)
	server := testservers.LaunchOnPort(t, func(addr string) testservers.Program {
		return testservers.Program{
			Path:  path,
			Args:  append([]string{"--web.listen-address=" + addr}, args...),
			Ready: func(ctx context.Context) error { return answers(ctx, "http://"+addr+"/-/ready") },
		}
	})
	return &exporter{Server: server, url: "http://" + server.Addr}
}

func write(t testing.TB, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// read returns a file of the module.
func read(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// answers is an error unless the address answers with 200.
func answers(ctx context.Context, url string) error {
	status, body, err := get(ctx, url)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("%s: status %d: %s", url, status, body)
	}
	return err
}

var client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}

func get(ctx context.Context, url string) (status int, body string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, "", err
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	return response.StatusCode, string(data), err
}

// fetch returns the body of an address that answers with a status.
func fetch(t testing.TB, want int, url string) string {
	t.Helper()
	status, body, err := get(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if status != want {
		t.Errorf("%s: status %d, want %d\n%s", url, status, want, body)
	}
	return body
}

// post sends an empty POST and returns the status and the body.
func post(t testing.TB, url string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(data)
}

// eventually waits until f returns an empty string; else that is what is wrong.
func eventually(t testing.TB, f func() string) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		wrong := f()
		if wrong == "" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("still, after %v: %s", patience, wrong)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// command runs the program to its end.
func command(t testing.TB, env []string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary(t), args...)
	cmd.Env = append([]string{"PATH=/usr/bin:/bin"}, env...)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// startUnready is start for checks of which one never has a result.
func startUnready(t testing.TB, yaml string, args ...string) *exporter {
	t.Helper()
	file := filepath.Join(t.TempDir(), "healthcheck.yml")
	write(t, file, yaml)
	path := binary(t)
	server := testservers.LaunchOnPort(t, func(addr string) testservers.Program {
		return testservers.Program{
			Path:  path,
			Args:  append([]string{"--config.file=" + file, "--web.listen-address=" + addr}, args...),
			Ready: func(ctx context.Context) error { return answers(ctx, "http://"+addr+"/-/healthy") },
		}
	})
	return &exporter{Server: server, url: "http://" + server.Addr}
}

// admin runs a command of the program, such as mute, over the admin socket.
func admin(t testing.TB, socket string, args ...string) {
	t.Helper()
	if out, errs, status := command(t, nil, append([]string{"--admin.socket=" + socket}, args...)...); status != 0 {
		t.Fatalf("%v: status %d: %s%s", args, status, out, errs)
	}
}
