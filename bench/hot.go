package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A hotPath is one of the three things that the program spends its time with,
// and the functions by which to see where that goes.
type hotPath struct {
	title  string
	config func(aim string) string
	work   func(p *process, d time.Duration) error
	places []place
}

// A place is a function with what it does, as a person says that.
type place struct{ function, what string }

func hotPaths() []hotPath {
	asking := func(path string) func(*process, time.Duration) error {
		return func(p *process, d time.Duration) error {
			_, err := load(p.address, path, d)
			return err
		}
	}
	return []hotPath{
		{
			"An answer to a poller",
			func(aim string) string { return httpChecks(10, aim, "27s", "") }, asking("/healthcheck"),
			[]place{
				{"internal/poll.(*FD).Write", "writing to the socket"}, {"internal/poll.(*FD).Read", "reading from it"},
				{"net/http.(*conn).readRequest", "net/http: the request"}, {"net/http.(*response).finishRequest", "net/http: sending the answer"},
				{"httpapi.(*health).ServeHTTP", "our handler"}, {"collector.(*Collector).Report", "of it: the report"},
				{"runtime.gcBgMarkWorker", "garbage collection"}, {"runtime.findRunnable", "looking for work"},
			},
		},
		{
			"A scrape of 1,000 checks",
			func(aim string) string { return httpChecks(1000, aim, "27s", "") }, asking("/metrics"),
			[]place{
				{"internal/poll.(*FD).Write", "writing to the socket"}, {"expfmt.MetricFamilyToText", "writing the text"},
				{"expfmt.writeFloat", "of it: numbers"}, {"expfmt.writeNameAndLabelPairs", "of it: names and labels"},
				{"collector.(*Collector).Gather", "gathering ours"}, {"prometheus.(*Registry).Gather", "gathering the rest"},
				{"runtime.gcBgMarkWorker", "garbage collection"},
			},
		},
		{
			"A thousand HTTP checks every second",
			func(aim string) string { return httpChecks(1000, aim, "1s", "") },
			func(_ *process, d time.Duration) error { time.Sleep(d); return nil },
			[]place{
				{"internal/runtime/syscall/linux.Syscall6", "system calls"}, {"net.(*Dialer).DialContext", "connecting"},
				{"internal/poll.(*FD).Write", "writing"}, {"internal/poll.(*FD).Read", "reading"}, {"internal/poll.(*FD).Close", "closing"},
				{"probe.(*httpCheck).run", "the check, with all of that"}, {"collector.(*Collector).settle", "publishing its result"},
				{"scrub.(*Scrubber).Text", "scrubbing it"}, {"collector.(*Collector).Run", "the scheduler"},
				{"runtime.gcBgMarkWorker", "garbage collection"}, {"runtime.findRunnable", "looking for work"},
			},
		},
	}
}

// profiles takes a CPU profile of each hot path from the program at work.
func profiles(b *bench) error {
	aim, err := child("target")
	if err != nil {
		return err
	}
	defer aim.end()
	for _, h := range hotPaths() {
		text, err := b.profile(h, "http://"+aim.address+"/hot")
		if err != nil {
			return fmt.Errorf("%s: %w", h.title, err)
		}
		b.profiles = append(b.profiles, text)
	}
	return nil
}

func (b *bench) profile(h hotPath, aim string) (string, error) {
	p, err := b.exporter(h.config(aim), "--web.enable-pprof")
	if err != nil {
		return "", err
	}
	defer p.end()
	const seconds = 4
	worked := make(chan error, 1)
	go func() { worked <- h.work(p, (seconds+1)*time.Second) }()
	answer, err := http.Get(fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", p.address, seconds))
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", err
	}
	if err := <-worked; err != nil {
		return "", err
	}
	file := filepath.Join(b.dir, "cpu.pprof")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		return "", err
	}
	top, err := exec.Command("go", "tool", "pprof", "-top", "-cum", "-nodecount=2000", "-nodefraction=0", file).Output()
	if err != nil {
		return "", err
	}
	return h.table(string(top)), nil
}

// table writes the shares of the places in a profile, as go tool pprof -top
// gives it: flat flat% sum% cum cum% function.
func (h hotPath) table(top string) string {
	share := map[string]string{}
	for line := range strings.Lines(top) {
		if fields := strings.Fields(line); len(fields) >= 6 && strings.HasSuffix(fields[4], "%") {
			share[fields[5]] = fields[4]
		}
	}
	var s strings.Builder
	fmt.Fprintf(&s, "%s:\n\n| share of CPU | in | function |\n|---|---|---|\n", h.title)
	for _, p := range h.places {
		found := "0%"
		for function, cum := range share {
			if function == p.function || strings.HasSuffix(function, "/"+p.function) {
				found = cum
			}
		}
		fmt.Fprintf(&s, "| %s | %s | `%s` |\n", found, p.what, p.function)
	}
	return s.String()
}
