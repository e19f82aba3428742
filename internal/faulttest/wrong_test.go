//go:build linux

package faulttest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

// problems puts a subject through the table and returns what was found, by fault.
// It tries only the faults named, none meaning all.
func problems(t *testing.T, s faulttest.Subject, only ...string) map[string]string {
	t.Helper()
	s.Only = only
	found := map[string]string{}
	for _, r := range faulttest.Verify(t, s) {
		if len(r.Problems) > 0 {
			found[r.Fault] = strings.Join(r.Problems, "; ")
		}
	}
	return found
}

// wantProblem fails t unless fault was found to have a problem with want in it.
func wantProblem(t *testing.T, found map[string]string, fault, want string) {
	t.Helper()
	if !strings.Contains(found[fault], want) {
		t.Errorf("problems of %q = %q, want %q among them", fault, found[fault], want)
	}
}

func TestCheckThatIgnoresItsContextIsFound(t *testing.T) {
	found := problems(t, subjectThat(func(_ context.Context, conn net.Conn) (string, error) {
		if _, err := conn.Write([]byte("PING\n")); err != nil {
			return "", fmt.Errorf("write: %w", err)
		}
		_, err := io.ReadFull(conn, make([]byte, 5))
		return "PONG", err
	}), "silent", "established dropped", "refused")
	wantProblem(t, found, "silent", "has not returned")
	wantProblem(t, found, "silent", "leaves a goroutine")
	wantProblem(t, found, "established dropped", "has not returned")
	if found["refused"] != "" {
		t.Errorf("problems of %q = %q, want none", "refused", found["refused"])
	}
}

func TestCheckThatReturnsLateIsFound(t *testing.T) {
	t.Setenv("HEALTHCHECK_STRICT", "")
	s := subjectThat(func(ctx context.Context, _ net.Conn) (string, error) {
		<-ctx.Done()
		time.Sleep(1200 * time.Millisecond)
		return "", fmt.Errorf("read: %w", ctx.Err())
	})
	s.TLS, s.Good = nil, nil
	wantProblem(t, problems(t, s, "silent"), "silent", "returns after")
}

func TestCheckThatForgetsAConnectionIsFound(t *testing.T) {
	found := problems(t, subjectThat(func(ctx context.Context, conn net.Conn) (string, error) {
		var d net.Dialer
		if _, err := d.DialContext(ctx, "tcp", conn.RemoteAddr().String()); err != nil {
			return "", err
		}
		return toy{}.ping(ctx, conn)
	}), "silent", "closed")
	wantProblem(t, found, "silent", "leaves 1 connections to the peer open")
	wantProblem(t, found, "closed", "leaves 1 connections to the peer open")
	wantProblem(t, found, "afterwards", "descriptors open")
}

func TestCheckThatLeaksAFileIsFound(t *testing.T) {
	leaked := make(chan *os.File, 100)
	s := subjectThat(func(ctx context.Context, conn net.Conn) (string, error) {
		f, err := os.Open(os.DevNull)
		if err != nil {
			return "", err
		}
		leaked <- f
		return toy{}.ping(ctx, conn)
	})
	found := problems(t, s, "silent", "garbage")
	wantProblem(t, found, "afterwards", os.DevNull)
	if len(found) != 1 {
		t.Errorf("problems = %q, want those afterwards only", found)
	}
	close(leaked)
	for f := range leaked {
		f.Close()
	}
}

func TestCheckThatLeaksAGoroutineIsFound(t *testing.T) {
	end := make(chan struct{})
	t.Cleanup(func() { close(end) })
	found := problems(t, subjectThat(func(ctx context.Context, conn net.Conn) (string, error) {
		go func() { <-end }()
		return toy{}.ping(ctx, conn)
	}), "garbage", "refused")
	wantProblem(t, found, "garbage", "leaves a goroutine")
	wantProblem(t, found, "garbage", "TestCheckThatLeaksAGoroutineIsFound")
	if found["refused"] != "" {
		t.Errorf("problems of %q = %q, want none: its check started nothing", "refused", found["refused"])
	}
}

func TestCheckThatShowsItsSecretIsFound(t *testing.T) {
	s := subjectThat(func(ctx context.Context, conn net.Conn) (string, error) {
		output, err := toy{Secret: canary}.ping(ctx, conn)
		if err != nil {
			return "", fmt.Errorf("user:%s@%s: %w", canary, conn.RemoteAddr(), err)
		}
		return output, nil
	})
	found := problems(t, s, "silent", "good")
	wantProblem(t, found, "silent", "shows the secret")
	if found["good"] != "" {
		t.Errorf("problems of %q = %q, want none", "good", found["good"])
	}
}

func TestCheckThatQuotesItsPeerShowsItsSecretToTheEcho(t *testing.T) {
	s := subjectThat(func(ctx context.Context, conn net.Conn) (string, error) {
		deadline, _ := ctx.Deadline()
		conn.SetDeadline(deadline)
		fmt.Fprintf(conn, "PING %s\n", canary)
		answer := make([]byte, 256)
		n, err := conn.Read(answer)
		if err != nil {
			return "", fmt.Errorf("read: %w", err)
		}
		if string(answer[:n]) == "PONG\n" {
			return "PONG", nil
		}
		return "", checks.Fail(checks.ReasonProtocol, fmt.Errorf("answer %q, want PONG", answer[:n]))
	})
	wantProblem(t, problems(t, s, "echo"), "echo", "shows the secret")
}

func TestCheckThatReadsEverythingIsFound(t *testing.T) {
	found := problems(t, subjectThat(func(ctx context.Context, conn net.Conn) (string, error) {
		deadline, _ := ctx.Deadline()
		conn.SetDeadline(deadline)
		fmt.Fprintf(conn, "PING %s\n", canary)
		data, err := io.ReadAll(conn)
		if err != nil {
			return "", fmt.Errorf("read: %w", err)
		}
		return "", checks.Fail(checks.ReasonProtocol, fmt.Errorf("answer of %d bytes, want PONG", len(data)))
	}), "endless", "headers")
	for _, fault := range []string{"endless", "headers"} {
		wantProblem(t, found, fault, "bytes, want at most 65536")
	}
}

func TestCheckWithTheWrongReasonIsFound(t *testing.T) {
	s := subjectThat(func(ctx context.Context, conn net.Conn) (string, error) {
		_, err := toy{}.ping(ctx, conn)
		return "", checks.Fail(checks.ReasonStatus, err)
	})
	found := problems(t, s, "silent", "good")
	wantProblem(t, found, "silent", "fails with the reason status, want timeout")
	wantProblem(t, found, "good", "says nothing")
}

func TestCheckWhoseSentenceNamesNoPhaseIsFound(t *testing.T) {
	found := problems(t, subjectThat(func(ctx context.Context, conn net.Conn) (string, error) {
		output, err := toy{}.ping(ctx, conn)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return "", context.DeadlineExceeded
		}
		return output, err
	}), "silent")
	wantProblem(t, found, "silent", "want the phase")
}

func TestCheckThatPassesOnAnythingIsFound(t *testing.T) {
	found := problems(t, subjectThat(func(context.Context, net.Conn) (string, error) { return "ok", nil }), "silent", "alternating")
	wantProblem(t, found, "silent", `passes with "ok", want a failure with the reason timeout`)
	wantProblem(t, found, "alternating", "passes")
}

func TestCheckThatSpeaksInSeveralLinesIsFound(t *testing.T) {
	found := problems(t, subjectThat(func(context.Context, net.Conn) (string, error) {
		return "", checks.Fail(checks.ReasonTimeout, errors.New("read:\ni/o timeout"))
	}), "silent")
	wantProblem(t, found, "silent", "more than one line")
}

func TestCheckThatPanicsIsFound(t *testing.T) {
	found := problems(t, subjectThat(func(context.Context, net.Conn) (string, error) { panic("toy broke") }), "silent")
	wantProblem(t, found, "silent", "panics: toy broke")
}

func TestExceptSaysWhereATypeDiffers(t *testing.T) {
	s := subjectThat(func(context.Context, net.Conn) (string, error) { return "connected", nil })
	s.TLS, s.Good = nil, nil
	s.Except = map[string]faulttest.Want{"reset": {Skip: "is seen or not, as the kernel likes"}}
	for _, name := range []string{
		"silent", "established dropped", "closed", "reset in the middle", "drip", "endless", "long line",
		"headers", "garbage", "echo", "tls on a plain port",
	} {
		s.Except[name] = faulttest.Want{Pass: true}
	}
	if found := problems(t, s); len(found) > 0 {
		t.Errorf("problems = %q, want none", found)
	}
}
