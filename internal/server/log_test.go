//go:build unix

package server_test

import (
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/logging"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/notify"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
)

// wantLog compares the log, which is complete, with parts of lines.
func (e *exporter) wantLog(parts ...string) {
	e.t.Helper()
	for _, part := range parts {
		if !strings.Contains(e.log.String(), part) {
			e.t.Errorf("no %s in the log:\n%s", part, e.log.String())
		}
	}
}

func TestTheLogSaysWhatTheExporterListensOnAndWhoChangesIt(t *testing.T) {
	e := start(t, `checks: [{name: a, exec: {command: ["false"]}}]`, withLifecycle)
	e.want(http.MethodGet, "/healthcheck", http.StatusInternalServerError, "")
	e.want(http.MethodPost, "/-/drain?for=1h", http.StatusOK, "")
	e.want(http.MethodPost, "/-/undrain", http.StatusOK, "")
	e.want(http.MethodGet, "/", http.StatusOK, "undrained by a local client")
	e.want(http.MethodPost, "/-/mute?check=a&reason=moved&for=2h&dependents=true", http.StatusOK, "")
	e.want(http.MethodPost, "/-/unmute?check=a", http.StatusOK, "")
	e.want(http.MethodPost, "/-/run/a", http.StatusOK, "")
	e.wantStop(nil)
	e.wantLog(
		`msg="starting healthcheck_exporter" version=`,
		`msg="listening for health checks" address=`+e.path("health"),
		`msg="listening for agent checks" address=`+e.path("agent"),
		`msg="listening for administration" address=`+e.path("admin"),
		`msg=drained reason="drained by POST /-/drain" by="a local client" for=1h0m0s`,
		`msg=undrained by="a local client"`,
		`msg="check muted" check=a reason=moved for=2h0m0s dependents=true by="a local client"`,
		`msg="check unmuted" check=a by="a local client"`,
		`msg="check run on request" check=a passed=false by="a local client"`,
		`msg=stopped`,
	)
}

func TestADrainOfNoTimeIsAMistake(t *testing.T) {
	e := start(t, "checks: []", withLifecycle)
	e.want(http.MethodPost, "/-/drain?for=0s", http.StatusBadRequest, `not done: for: "0s", want a positive duration such as 30m`)
	e.want(http.MethodPost, "/-/drain?for=1ns", http.StatusInternalServerError, "not done: the drain would end in the past")
	e.want(http.MethodGet, "/healthcheck", http.StatusOK, "success")
}

// signalled sends a signal to the test, which the exporter catches.
func signalled(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(os.Getpid(), s); err != nil {
		t.Fatal(err)
	}
}

// wantEnd waits until the exporter has ended by itself.
func (e *exporter) wantEnd() {
	e.t.Helper()
	select {
	case err := <-e.done:
		e.done <- err
		if err != nil {
			e.t.Errorf("Run returned %v, want nil", err)
		}
	case <-time.After(20 * time.Second):
		e.t.Error("Run does not return")
	}
}

func TestSIGHUPReloads(t *testing.T) {
	e := start(t, "checks: []", nil)
	for _, name := range []string{"first", "second"} {
		e.write("healthcheck.yml", `checks: [{name: `+name+`, exec: {command: ["true"]}}]`)
		signalled(t, syscall.SIGHUP)
		e.await("/healthcheck", http.StatusOK, `"checker": "`+name+`"`)
	}
}

func TestSIGTERMWithoutADelayEndsAtOnce(t *testing.T) {
	e := start(t, "checks: []", nil)
	signalled(t, syscall.SIGTERM)
	e.wantEnd()
	e.wantLog("msg=stopping signal=terminated delay=0s")
}

func TestTheDelayEndsByItselfAndWithASecondSignal(t *testing.T) {
	e := start(t, "checks: []", func(o *server.Options) { o.ShutdownDelay = time.Second })
	terminate(t, e)
	e.wantEnd()
	e.wantLog("msg=stopping signal=terminated delay=1s")
	hurried := start(t, "checks: []", withDelay)
	terminate(t, hurried)
	signalled(t, syscall.SIGTERM)
	hurried.wantEnd()
}

func TestSystemdHearsOfTheStartTheStateAndTheEnd(t *testing.T) {
	for _, delay := range []time.Duration{0, time.Hour} {
		e := newExporter(t, "checks: []")
		path := e.path("notify")
		inbox, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
		if err != nil {
			t.Fatal(err)
		}
		defer inbox.Close()
		manager, err := notify.Find(func(variable string) string { return map[string]string{"NOTIFY_SOCKET": path}[variable] })
		if err != nil {
			t.Fatal(err)
		}
		heard := func(wanted ...string) {
			t.Helper()
			if err := inbox.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
				t.Fatal(err)
			}
			for buffer := make([]byte, 1<<10); len(wanted) > 0; {
				n, err := inbox.Read(buffer)
				if err != nil {
					t.Fatalf("systemd did not hear %q: %v", wanted, err)
				}
				lines := strings.Split(string(buffer[:n]), "\n")
				wanted = slices.DeleteFunc(wanted, func(want string) bool { return slices.Contains(lines, want) })
			}
		}
		running := start(t, "checks: []", func(o *server.Options) { o.Manager, o.ShutdownDelay = manager, delay })
		heard(notify.Ready, notify.Status("no checks"))
		signalled(t, syscall.SIGTERM)
		heard(notify.Stopping, notify.Extend(delay+5*server.ShutdownLimit))
		running.wantStop(nil)
	}
}

func TestOnlyTheLevelDebugSaysThatSystemdIsNotThere(t *testing.T) {
	e := newExporter(t, "")
	inbox, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: e.path("there"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer inbox.Close()
	for _, test := range []struct {
		socket, level string
		want          bool
	}{{"gone", "info", false}, {"gone", "debug", true}, {"there", "debug", false}} {
		manager, err := notify.Find(func(variable string) string { return map[string]string{"NOTIFY_SOCKET": e.path(test.socket)}[variable] })
		if err != nil {
			t.Fatal(err)
		}
		running := start(t, "checks: []", func(o *server.Options) {
			o.Manager = manager
			o.Logging = logging.New(o.Queue, logging.Options{Level: test.level, Format: "logfmt", Scrub: o.Instance.Scrubber.Text})
		})
		running.await("/-/ready", http.StatusOK, "ready")
		signalled(t, syscall.SIGTERM)
		running.wantEnd()
		if log := running.log.String(); strings.Contains(log, "message to systemd not sent") != test.want {
			t.Errorf("%s at level %s: logged %v, want %v:\n%s", test.socket, test.level, !test.want, test.want, log)
		}
	}
}
