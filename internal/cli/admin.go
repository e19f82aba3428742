package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

// exitUnreachable is the exit status of a command that cannot reach the exporter.
const exitUnreachable = 3

// adminLimit bounds a command on the admin socket. A reload runs new and changed
// checks, and a check may take five minutes.
const adminLimit = 6 * time.Minute

// usualSocket is the admin socket of the unit that comes with the program.
const usualSocket = "/run/healthcheck_exporter/admin.sock"

// serveSocket is the path of the admin socket to serve: the flag's or, under
// systemd, one in the unit's runtime directory. An empty path means no admin
// socket.
func (f *flags) serveSocket() string {
	if given := f.givenSocket(); given != "" {
		return given
	}
	if dir := directoryOf("RUNTIME_DIRECTORY"); dir != "" {
		return filepath.Join(dir, "admin.sock")
	}
	return ""
}

// givenSocket is the path of --admin.socket, which may begin with unix: as in the
// flags of addresses.
func (f *flags) givenSocket() string {
	return strings.TrimPrefix(strings.TrimPrefix(f.adminSocket, "unix:"), "//")
}

// serveState is the state directory to use: the flag's or, under systemd, the
// unit's. An empty path means that nothing is kept.
func (f *flags) serveState() string { return cmp.Or(f.stateDirectory, directoryOf("STATE_DIRECTORY")) }

// directoryOf returns the first directory of a variable that systemd sets.
func directoryOf(variable string) string {
	dir, _, _ := strings.Cut(os.Getenv(variable), ":")
	return dir
}

// unreachable says why the running exporter did not answer, and what may help.
func (f *flags) unreachable(socket string, err error) error {
	if system, is := errors.AsType[*os.SyscallError](err); is {
		err = system.Err // The address is in the message already.
	}
	help := ""
	switch {
	case errors.Is(err, fs.ErrPermission):
		help = ": run this as root or as the user of the exporter"
	case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ECONNREFUSED):
	case f.serveSocket() == "":
		help = ": no exporter listens there; without systemd, start it with --admin.socket=PATH and give this command the same flag, or ask it over HTTP: check --url=http://127.0.0.1:10927/healthcheck"
	default:
		help = ": no exporter listens there; is it running, with this --admin.socket?"
	}
	return fmt.Errorf("admin socket %s: %w%s", socket, err, help)
}

// runAdmin sends an action to the running exporter and prints its answer.
func runAdmin(ctx context.Context, f *flags, name string, parameters url.Values, stdout, stderr io.Writer) int {
	status, body, err := f.askSocket(ctx, http.MethodPost, "/-/"+name+"?"+parameters.Encode())
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitUnreachable
	}
	switch status {
	case http.StatusOK:
		printBody(stdout, body)
		return exitPassed
	case http.StatusBadRequest:
		printBody(stderr, body)
		return exitMisuse
	}
	printBody(stderr, body)
	return exitFailed
}

func runDrain(ctx context.Context, f *flags, stdout, stderr io.Writer) int {
	parameters := url.Values{"reason": {cmp.Or(f.reason, "drained by healthcheck_exporter drain")}}
	if f.lasts != 0 {
		parameters.Set("for", f.lasts.String())
	}
	return runAdmin(ctx, f, "drain", parameters, stdout, stderr)
}

func runMute(ctx context.Context, f *flags, stdout, stderr io.Writer) int {
	parameters := url.Values{"check": {f.mutedCheck}, "reason": {f.reason}, "for": {f.lasts.String()}}
	if f.dependents {
		parameters.Set("dependents", "true")
	}
	return runAdmin(ctx, f, "mute", parameters, stdout, stderr)
}

// runStatus prints one line about the overall state, and one for each check that
// has not simply passed or is muted.
func runStatus(ctx context.Context, f *flags, stdout, stderr io.Writer) int {
	_, body, err := f.askSocket(ctx, http.MethodGet, "/healthcheck?format=json&verbose=1")
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitUnreachable
	}
	report, err := httpapi.Decode(body)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitUnreachable
	}
	passed, muted := 0, 0
	for _, r := range report.Results {
		if r.State == collector.StatePassed {
			passed++
		}
		if r.Muted != nil {
			muted++
		}
	}
	fmt.Fprintf(stdout, "%s: %d of %d checks passed", report.Status, passed, len(report.Results))
	if muted > 0 {
		fmt.Fprintf(stdout, ", %d muted", muted)
	}
	if report.Draining != "" {
		fmt.Fprintf(stdout, ", draining: %s", report.Draining)
	}
	fmt.Fprintln(stdout)
	for _, r := range report.Results {
		switch {
		case concerns(r):
			fmt.Fprintf(stdout, "%s %s: %s\n", sign(r), r.Check, httpapi.Sentence(r))
		case r.Muted != nil:
			fmt.Fprintf(stdout, "%s %s: %s (muted: %s)\n", sign(r), r.Check, httpapi.Sentence(r), clip.Line(r.Muted.Reason))
		}
	}
	if report.Status == collector.StatusFailed {
		return exitFailed
	}
	return exitPassed
}

// askSocket asks the running exporter on its admin socket.
func (f *flags) askSocket(ctx context.Context, method, target string) (status int, body []byte, err error) {
	socket := cmp.Or(f.serveSocket(), usualSocket)
	ctx, cancel := context.WithTimeout(ctx, adminLimit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, "http://localhost"+target, nil)
	if err != nil {
		return 0, nil, err
	}
	transport := &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		},
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return 0, nil, f.unreachable(socket, err)
	}
	defer response.Body.Close()
	body, err = io.ReadAll(response.Body)
	return response.StatusCode, body, err
}
