package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A program is one that is started for a measurement.
type program struct {
	name, path, listen string
	args               []string

	start         []float64 // nanoseconds to the first scrape
	idle, scraped float64   // bytes resident some seconds after it, and after some more
}

// starting measures what a program costs before it has done anything: its size,
// the time to its first scrape, its memory when idle.
func starting(b *bench) error {
	ours, err := b.build("healthcheck_exporter", "..", ".")
	if err != nil {
		return err
	}
	bare, err := b.build("bare", ".", "./bare")
	if err != nil {
		return err
	}
	programs := []*program{
		{name: "ours", path: ours, listen: "--web.listen-address=", args: []string{"--log.level=error"}},
		{name: "bare client_golang", path: bare, listen: "-listen="},
	}
	if path, err := exec.LookPath("prometheus-blackbox-exporter"); err == nil {
		modules := filepath.Join(b.dir, "one.yml")
		if err := os.WriteFile(modules, []byte("modules: {http_2xx: {prober: http}}\n"), 0o600); err != nil {
			return err
		}
		programs = append(programs, &program{
			name: "blackbox_exporter", path: path, listen: "--web.listen-address=",
			args: []string{"--log.level=error", "--config.file=" + modules},
		})
	} else {
		b.skip("prometheus-blackbox-exporter's start and memory: it is not installed")
	}
	for range 11 {
		for _, p := range programs {
			if err := p.once(); err != nil {
				return err
			}
		}
	}
	if err := b.idle(programs); err != nil {
		return err
	}
	if err := b.startRows(programs); err != nil {
		return err
	}
	return b.libraryTests()
}

// libraryTests measures how long the tests of the packages take that a service
// can use, those left out that start servers or the program itself (-short).
func (b *bench) libraryTests() error {
	list, err := exec.Command("go", "list", "-C", "..", "./...").Output()
	if err != nil {
		return fmt.Errorf("go list: %w", err)
	}
	args := []string{"test", "-C", "..", "-short"}
	for path := range strings.FieldsSeq(string(list)) {
		_, below, is := strings.Cut(path, "/healthcheck_exporter/")
		if is && (!strings.HasPrefix(below, "internal/") || below == "scrub" || below == "internal/striped") {
			args = append(args, path)
		}
	}
	var took time.Duration
	for range 2 { // The first run builds.
		start := time.Now()
		if out, err := exec.Command("go", append(args, "-count=1")...).CombinedOutput(); err != nil {
			return fmt.Errorf("go test: %w\n%s", err, out)
		}
		took = time.Since(start)
	}
	b.add(row{
		work: fmt.Sprintf("the tests of %d library packages, without servers", len(args)-4), ours: show(float64(took)),
		verdict: unbreakable(atMost(took.Seconds(), 10, 0, " s")),
	})
	return nil
}

// once starts the program, and ends it after its first scrape.
func (p *program) once() error {
	start := time.Now()
	running, err := daemon(p.path, p.listen, "/metrics", p.args...)
	if err != nil {
		return err
	}
	p.start = append(p.start, float64(time.Since(start)))
	running.end()
	return nil
}

// idle lets all of them run at the same time: with nothing to do after their
// first scrape, then with a scrape every second.
func (b *bench) idle(programs []*program) error {
	running := make([]*process, len(programs))
	for i, p := range programs {
		var err error
		if running[i], err = daemon(p.path, p.listen, "/metrics", p.args...); err != nil {
			return err
		}
		defer running[i].end()
	}
	time.Sleep(3 * time.Second)
	for i, p := range programs {
		p.idle = running[i].resident()
	}
	for range 5 {
		for i := range programs {
			if err := running[i].answers("/metrics", time.Second); err != nil {
				return err
			}
		}
		time.Sleep(time.Second)
	}
	for i, p := range programs {
		p.scraped = running[i].resident()
	}
	return nil
}

func (b *bench) startRows(programs []*program) error {
	ours, bare := programs[0], programs[1]
	size := func(p *program) string {
		info, err := os.Stat(p.path)
		if err != nil {
			return "?"
		}
		return fmt.Sprintf("%.1f MB", float64(info.Size())/1e6)
	}
	info, err := os.Stat(ours.path)
	if err != nil {
		return err
	}
	started := row{work: "start to the first scrape", ours: show(median(ours.start)), limit: show(median(bare.start))}
	memory := func(p *program) string {
		return fmt.Sprintf("%.1f MB (%.1f scraped)", p.idle/1e6, p.scraped/1e6)
	}
	idle := row{work: "resident memory, idle after the first scrape", ours: memory(ours), limit: memory(bare)}
	stripped := row{work: "stripped static binary", ours: size(ours), limit: size(bare)}
	if len(programs) > 2 {
		peer := programs[2]
		started.peer = peer.name + " " + show(median(peer.start))
		idle.peer = peer.name + " " + memory(peer)
		stripped.peer = peer.name + " " + size(peer)
	}
	b.add(
		with(started, unbreakable(atMost(median(quotients(ours.start, bare.start)), 1.5, 0, "×"))),
		with(idle, atMost(ours.idle/1e6, 18, 40, " MB")),
		with(stripped, atMost(float64(info.Size())/1e6, 20, 25, " MB")),
	)
	return nil
}
