package collector_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-kit/log"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// traced is a check that records the number of its run, and fails if the subject
// does.
func traced(name string) (checks.Check, *subject) {
	s := &subject{}
	return checks.Check{Name: name, Fingerprint: "1", Func: func(ctx context.Context) (string, error) {
		trace := checks.TraceOf(ctx)
		trace.Phase("asking", "index-1")
		output, err := s.run(ctx)
		trace.Note("run", fmt.Sprint(s.runs.Load()))
		return output, err
	}}, s
}

// wantEvidence compares the runs that the last and the first evidence are of.
func wantEvidence(t *testing.T, c *collector.Collector, name, last, first string) {
	t.Helper()
	run := func(e *checks.Evidence) string {
		if e == nil || len(e.Notes) == 0 {
			return ""
		}
		return e.Notes[0].Text
	}
	if l, f := c.Evidence(name); run(l) != last || run(f) != first {
		t.Errorf("evidence of the runs %q and %q, want %q and %q", run(l), run(f), last, first)
	}
}

func TestEvidenceIsThatOfTheLastFailureAndOfTheFirstOfTheOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		check, s := traced("search")
		check.SuccessThreshold = 2
		c := newCollector(t, collector.Options{}, check)
		step := func(err error, last, first string) {
			t.Helper()
			s.passes()
			if err != nil {
				s.fails(err)
			}
			time.Sleep(time.Minute)
			report(t, c)
			wantEvidence(t, c, "search", last, first)
		}
		step(nil, "", "")
		step(errDown, "2", "2")
		step(errDown, "3", "2")
		step(nil, "3", "2") // One pass does not end the outage.
		step(errDown, "5", "2")
		step(nil, "5", "2")
		step(nil, "5", "")
		step(errDown, "8", "8")

		e, _ := c.Evidence("search")
		if e.Reason != checks.ReasonError || e.Output != "down" || e.Duration != 0 || time.Since(e.Time) != 0 {
			t.Errorf("evidence = %+v, want the reason, text and time of the run", e)
		}
		if last, first := c.Evidence("other"); last != nil || first != nil {
			t.Error("a check that does not exist has evidence")
		}
	})
}

func TestEvidenceSurvivesAReplaceThatLeavesTheDefinition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		check, s := traced("search")
		c := newCollector(t, collector.Options{}, check)
		s.fails(errDown)
		report(t, c)
		if err := c.Replace(t.Context(), []checks.Check{check}); err != nil {
			t.Fatal(err)
		}
		wantEvidence(t, c, "search", "1", "1")
		check.Fingerprint = "2"
		s.passes()
		if err := c.Replace(t.Context(), []checks.Check{check}); err != nil {
			t.Fatal(err)
		}
		wantEvidence(t, c, "search", "", "")
		check.Fingerprint = "3"
		s.fails(errDown)
		if err := c.Replace(t.Context(), []checks.Check{check}); err != nil {
			t.Fatal(err)
		}
		wantEvidence(t, c, "search", "3", "3") // The run that came before the replacement counts.
		if err := c.Replace(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		wantEvidence(t, c, "search", "", "")
	})
}

func TestADeafCheckLeavesThePhasesSoFar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		c := newCollector(t, collector.Options{}, checks.Check{Name: "deaf", Func: func(ctx context.Context) (string, error) {
			trace := checks.TraceOf(ctx)
			trace.Phase("opening", "/mnt/gone")
			time.Sleep(time.Second)
			trace.Phase("reading", "/mnt/gone")
			<-release
			trace.Phase("closing", "/mnt/gone")
			return "", errDown
		}})
		report(t, c)
		last, first := c.Evidence("deaf")
		const want = "phases: opening (/mnt/gone) 1s, reading 4.05s"
		if last.String() != want || last != first || last.Reason != checks.ReasonTimeout {
			t.Errorf("evidence = %s (%s), want %s", last, last.Reason, want)
		}
		time.Sleep(time.Minute)
		report(t, c) // Says that the run has not returned, which is no run.
		close(release)
		synctest.Wait()
		if again, _ := c.Evidence("deaf"); again != last {
			t.Errorf("evidence = %s, want that of the run that was given up", again)
		}
	})
}

func TestASkippedCheckLeavesNoEvidence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base, s := traced("base")
		check, _ := traced("app")
		check.DependsOn = []string{"base"}
		s.fails(errDown)
		c := newCollector(t, collector.Options{}, base, check)
		report(t, c)
		wantEvidence(t, c, "base", "1", "1")
		wantEvidence(t, c, "app", "", "")
	})
}

// secretOfEvidence is announced by the check that records it.
const secretOfEvidence = "Zx9-evidence-7kq"

func TestEvidenceIsScrubbedAndCleanAndSmall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hostile := func(i int) string {
			return fmt.Sprintf("%d é\x1b[31m\"%s\" postgres://app:%s@db/x ", i, secretOfEvidence, secretOfEvidence) + strings.Repeat("\x00é\"𝄞", 500)
		}
		var log bytes.Buffer
		c := newCollector(t, collector.Options{Logger: logfmtTo(&log)}, checks.Check{Name: "hostile", Func: func(ctx context.Context) (string, error) {
			checktype.LearnSecret(ctx, secretOfEvidence)
			trace := checks.TraceOf(ctx)
			chain := []*x509.Certificate{}
			for i := range 20 {
				trace.Phase(hostile(i), hostile(i))
				trace.Tried(hostile(i), errors.New(hostile(i)))
				trace.Note(hostile(i), hostile(i))
				chain = append(chain, &x509.Certificate{Subject: pkix.Name{CommonName: hostile(i)}, DNSNames: []string{hostile(i), hostile(i)}})
			}
			trace.Secured(0x304, chain)
			trace.Replied(200, hostile(0))
			trace.Exited(3, hostile(0))
			return "", errors.New(hostile(0))
		}})
		report(t, c)
		synctest.Wait()
		e, _ := c.Evidence("hostile")
		text := fmt.Sprintf("%+v %+v %+v %+v", e, e.TLS, e.Reply, e.Exit)
		if strings.Contains(text, secretOfEvidence) || strings.Contains(text, "7kq") || strings.ContainsAny(text, "\x00\x1b") {
			t.Errorf("evidence has a secret or control characters: %q", text)
		}
		if n := len(e.String()); !e.Cut || n > 2<<10 || n < 500 || len(e.Phases) == 0 {
			t.Errorf("evidence of %d bytes, %d phases, cut %v; want at most 2 KiB, cut: %s", n, len(e.Phases), e.Cut, e)
		}
		if strings.Contains(log.String(), secretOfEvidence) || !strings.Contains(log.String(), `msg="evidence of a failed run" check=hostile evidence=`) {
			t.Errorf("log:\n%s", log.String())
		}
	})
}

// logfmtTo returns a logger that may be used at once by several goroutines.
func logfmtTo(b *bytes.Buffer) log.Logger { return log.NewLogfmtLogger(log.NewSyncWriter(b)) }

func TestEvidenceIsReadWhileRunsEnd(t *testing.T) {
	check, s := traced("search")
	check.FailedTTL = -1
	s.fails(errDown)
	c := newCollector(t, collector.Options{}, check)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 100 {
				if _, err := c.Report(t.Context(), collector.Filter{}); err != nil {
					t.Error(err)
				}
				if last, first := c.Evidence("search"); last == nil || first == nil {
					t.Error("no evidence")
				}
			}
		})
	}
	wg.Wait()
}

func TestEvidenceThatIsSmallIsShownWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCollector(t, collector.Options{}, checks.Check{Name: "shop", Func: func(ctx context.Context) (string, error) {
			trace := checks.TraceOf(ctx)
			trace.Phase("connecting", "192.0.2.1:443")
			trace.Tried("192.0.2.1:443", errors.New("refused"))
			trace.Secured(0x304, []*x509.Certificate{{Subject: pkix.Name{CommonName: "shop"}}})
			trace.Replied(503, "so sorry")
			trace.Exited(3, "help")
			trace.Note("shards", "3")
			return "", errDown
		}})
		report(t, c)
		e, _ := c.Evidence("shop")
		if e.Reply == nil || *e.Reply != (checks.Reply{Status: 503, Begins: "so sorry"}) || e.Exit == nil || *e.Exit != (checks.Exit{Code: 3, Stderr: "help"}) {
			t.Errorf("reply %+v, exit %+v", e.Reply, e.Exit)
		}
		if len(e.Phases) != 1 || len(e.Attempts) != 1 || len(e.Notes) != 1 || e.TLS == nil || len(e.TLS.Chain) != 1 || e.Output != "down" || e.Cut {
			t.Errorf("evidence %s, cut %v, want all of it", e, e.Cut)
		}
		if e.Attempts[0] != (checks.Attempt{Address: "192.0.2.1:443", Error: "refused"}) || e.Notes[0] != (checks.Note{Name: "shards", Text: "3"}) {
			t.Errorf("attempts %+v, notes %+v", e.Attempts, e.Notes)
		}
	})
}

// What one part of the evidence takes is not left for the next.
func TestAllPartsOfTheEvidenceTogetherAreSmall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCollector(t, collector.Options{}, checks.Check{Name: "wordy", Func: func(ctx context.Context) (string, error) {
			trace := checks.TraceOf(ctx)
			for i := range 12 {
				trace.Phase(fmt.Sprint(i, strings.Repeat("-", 70)), strings.Repeat("p", 70))
				trace.Note(fmt.Sprint(i), strings.Repeat("x", 190))
			}
			return "", errDown
		}})
		report(t, c)
		e, _ := c.Evidence("wordy")
		size := 0
		for _, p := range e.Phases {
			size += len(p.Name) + len(p.Peer)
		}
		for _, n := range e.Notes {
			size += len(n.Name) + len(n.Text)
		}
		if size > 2<<10 || size < 1<<10 || !e.Cut || len(e.Phases) == 0 || len(e.Notes) == 0 {
			t.Errorf("%d phases and %d notes with %d bytes of text, cut %t; want both, 1 to 2 KiB, cut", len(e.Phases), len(e.Notes), size, e.Cut)
		}
		if !strings.HasPrefix(e.Phases[len(e.Phases)-1].Name, "11-") {
			t.Errorf("the last phase shown is %s, want that of the end of the run", e.Phases[len(e.Phases)-1].Name)
		}
	})
}
