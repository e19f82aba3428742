//go:build unix

package probe_test

import (
	"bufio"
	"crypto/tls"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
)

// BenchmarkHTTP compares a run with an http.Client that keeps no connections.
// The server is another process, so that cpu-ns/op is the client's alone.
func BenchmarkHTTP(b *testing.B) {
	for _, c := range []struct{ name, scheme, version string }{
		{"http", "http", "1.1"}, {"https", "https", "1.1"}, {"https in HTTP∕2", "https", "2"},
	} {
		url := serveElsewhere(b, c.scheme)
		b.Run(c.name+"/check", func(b *testing.B) {
			f, err := probe.HTTP{URL: url, TLS: skipVerify(c.scheme), HTTPVersion: c.version}.Build()
			if err != nil {
				b.Fatal(err)
			}
			measure(b, func() error {
				ctx, cancel := contextFor(b, 5*time.Second)
				defer cancel()
				_, err := f(ctx)
				return err
			})
		})
		b.Run(c.name+"/bare client", func(b *testing.B) {
			client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{
				DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: c.version == "2",
			}}
			measure(b, func() error {
				res, err := client.Get(url)
				if err != nil {
					return err
				}
				defer res.Body.Close()
				_, err = io.Copy(io.Discard, res.Body)
				return err
			})
		})
	}
}

func skipVerify(scheme string) *checks.TLS {
	if scheme == "http" {
		return nil
	}
	return &checks.TLS{InsecureSkipVerify: true}
}

// measure reports the processor time of this process for each run of f.
func measure(b *testing.B, f func() error) {
	b.Helper()
	b.ReportAllocs()
	before := cpuTime(b)
	for b.Loop() {
		if err := f(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N), "cpu-ns/op")
}

func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		b.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// serveElsewhere runs serveForBenchmarks in a process of its own.
func serveElsewhere(b *testing.B, scheme string) (url string) {
	b.Helper()
	server := exec.CommandContext(b.Context(), os.Args[0])
	server.Env = append(os.Environ(), "SERVE_SCHEME="+scheme)
	stdin, err := server.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := server.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		stdin.Close()
		_ = server.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(line)
}
