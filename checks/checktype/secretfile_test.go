//go:build unix

package checktype_test

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// written returns the path of a file that holds content.
func written(t *testing.T, content string) checks.SecretFile {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return checks.SecretFile(path)
}

func TestOneNewlineAtTheEndOfASecretFileIsCut(t *testing.T) {
	for content, want := range map[string]string{
		"s3cret": "s3cret", "s3cret\n": "s3cret", "s3cret\r\n": "s3cret", "s3cret\n\n": "s3cret\n", "s3cret\r\n\r\n": "s3cret\r\n",
		"s3cret\r": "s3cret\r", "\ns3cret": "\ns3cret", " s3cret ": " s3cret ", "": "", "\n": "", "two\nlines\n": "two\nlines",
		"\xff\x00": "\xff\x00",
	} {
		if got, err := checktype.ReadSecret(t.Context(), "", written(t, content)); got != want || err != nil {
			t.Errorf("ReadSecret of %q = %q, %v, want %q", content, got, err, want)
		}
	}
}

func TestSecretFileHoldsUpTo64KiB(t *testing.T) {
	whole := strings.Repeat("s", 64<<10)
	if got, err := checktype.ReadSecret(t.Context(), "", written(t, whole)); got != whole || err != nil {
		t.Errorf("ReadSecret of 64 KiB = %d bytes, %v", len(got), err)
	}
	if got, err := checktype.ReadSecret(t.Context(), "", written(t, whole+"s")); got != "" || err == nil || !strings.HasSuffix(err.Error(), "is larger than 64KiB") {
		t.Errorf("ReadSecret of 64 KiB and 1 byte = %d bytes, %v, want an error", len(got), err)
	}
}

func TestWhatIsNoSecretFileIsOurOwnTrouble(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "socket")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for path, want := range map[string]string{
		dir:                         "is not a regular file",
		fifo:                        "is not a regular file",
		"/dev/zero":                 "is not a regular file",
		"/dev/null":                 "is not a regular file",
		socket:                      "",
		filepath.Join(dir, "none"):  "no such file or directory",
		filepath.Join(fifo, "none"): "not a directory",
		"nul\x00byte":               "invalid argument",
	} {
		start := time.Now()
		got, err := checktype.ReadSecret(t.Context(), "", checks.SecretFile(path))
		if got != "" || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ReadSecret of %q = %q, %v, want %q", path, got, err, want)
			continue
		}
		if !strings.HasPrefix(err.Error(), "local: secret file "+path+": ") || strings.Count(err.Error(), path) != 1 {
			t.Errorf("ReadSecret of %q says %q, want the path once, after local:", path, err)
		}
		if r := checks.ReasonOf(err); r != checks.ReasonInternal {
			t.Errorf("ReadSecret of %q fails with the reason %s, want internal", path, r)
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("ReadSecret of %q takes %v", path, took)
		}
	}
	if _, err := checktype.ReadSecret(t.Context(), "", checks.SecretFile(filepath.Join(dir, "none"))); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("errors.Is(%v, fs.ErrNotExist) = false", err)
	}
}

func TestReadingASecretFileIsAPhaseOfTheRun(t *testing.T) {
	file := written(t, "s3cret")
	ctx, trace := checks.WithTrace(t.Context())
	if _, err := checktype.ReadSecret(ctx, canary, ""); err != nil || len(trace.Evidence().Phases) != 0 {
		t.Errorf("phases of a literal = %v (%v), want none", trace.Evidence().Phases, err)
	}
	if _, err := checktype.ReadSecret(ctx, "", file); err != nil {
		t.Fatal(err)
	}
	phases := trace.Evidence().Phases
	if len(phases) != 1 || phases[0].Name != "reading the secret file" || phases[0].Peer != string(file) {
		t.Errorf("phases = %v, want the reading of %s", phases, file)
	}
}

func TestSymbolicLinkToASecretFileIsFollowed(t *testing.T) {
	// A mounted Kubernetes secret is a link to a link.
	file := written(t, "s3cret\n")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(string(file), link); err != nil {
		t.Fatal(err)
	}
	if got, err := checktype.ReadSecret(t.Context(), "", checks.SecretFile(link)); got != "s3cret" || err != nil {
		t.Errorf("ReadSecret of a link = %q, %v, want s3cret", got, err)
	}
}

func TestRotatedSecretIsReadAtOnceAndToldToTheReceiver(t *testing.T) {
	file := written(t, "first\n")
	var mu sync.Mutex
	var told []string
	ctx := checktype.WithSecretReceiver(t.Context(), func(secret string) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, secret)
	})
	for _, content := range []string{"first\n", "second\n", "\n"} {
		if err := os.WriteFile(string(file), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		want := strings.TrimSuffix(content, "\n")
		if got, err := checktype.ReadSecret(ctx, "", file); got != want || err != nil {
			t.Errorf("ReadSecret = %q, %v, want %q", got, err, want)
		}
	}
	if strings.Join(told, " ") != "first second" {
		t.Errorf("the receiver was told %q, want first and second: an empty secret masks nothing", told)
	}
}
