package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const (
	checked  = 1000             // checks of each contestant
	interval = 10 * time.Second // between two runs of one
)

// checking measures what it costs to carry a thousand HTTP checks every ten
// seconds, each on a connection of its own. The contestants work at the same
// time, each in its own process and below its own path of one target; what they
// have done is counted there.
func checking(b *bench) error {
	plain, err := b.checkingOf("http", "")
	if err != nil {
		return err
	}
	if len(plain) > 2 {
		r := row{work: "… beside blackbox_exporter, CPU of 1,000 checks", ours: plain[0].cell(), limit: plain[1].cell(), peer: plain[2].cell()}
		b.add(with(r, atMost(plain[0].cpu/plain[2].cpu, 1, 1.5, "×")))
	} else {
		b.skip("prometheus-blackbox-exporter, which is not installed")
	}
	_, err = b.checkingOf("https", ", tls: {insecure_skip_verify: true}")
	return err
}

// A carrier is a process that carries checks.
type carrier struct {
	name string
	*process
	cpu      float64 // seconds for 1,000 checks
	resident float64 // bytes
	fresh    float64 // bytes of the same program without checks
	moments  map[string][]moment
}

func (c carrier) cell() string {
	return fmt.Sprintf("%s %.2f s, %.0f MB", c.name, c.cpu, c.resident/1e6)
}

// checkingOf measures one scheme. The contestants are ours, the bare loop and,
// for plain HTTP where it is installed, blackbox_exporter.
func (b *bench) checkingOf(scheme, extra string) ([]carrier, error) {
	words := []string{}
	if scheme == "https" {
		words = append(words, "tls")
	}
	aim, err := child("target", words...)
	if err != nil {
		return nil, err
	}
	defer aim.end()
	base := scheme + "://" + aim.address
	ours, err := b.exporter(httpChecks(checked, base+"/ours", interval.String(), extra))
	if err != nil {
		return nil, err
	}
	defer ours.end()
	bare, err := child("loop", base+"/bare")
	if err != nil {
		return nil, err
	}
	defer bare.end()
	idle, err := b.exporter("checks: []\n")
	if err != nil {
		return nil, err
	}
	defer idle.end()
	carriers := []carrier{{name: "ours", process: ours, fresh: idle.resident()}, {name: "bare loop", process: bare}}
	if scheme == "http" {
		if program, err := exec.LookPath("prometheus-blackbox-exporter"); err == nil {
			modules := filepath.Join(b.dir, "blackbox.yml")
			if err := os.WriteFile(modules, []byte("modules: {http_2xx: {prober: http, http: {preferred_ip_protocol: ip4}}}\n"), 0o600); err != nil {
				return nil, err
			}
			prober, err := daemon(program, "--web.listen-address=", "/-/healthy", "--log.level=error", "--config.file="+modules)
			if err != nil {
				return nil, err
			}
			defer prober.end()
			scraper, err := child("loop", "http://"+prober.address+"/probe?module=http_2xx&target="+base+"/blackbox", "keep")
			if err != nil {
				return nil, err
			}
			defer scraper.end()
			carriers = append(carriers, carrier{name: "blackbox_exporter", process: prober})
		}
	}
	if err := watch(aim, base, carriers, scheme); err != nil {
		return nil, err
	}
	b.carrierRows(scheme, carriers)
	return carriers, nil
}

// watch lets the carriers work, and counts what they do from when it is steady.
func watch(aim *process, base string, carriers []carrier, scheme string) error {
	steady, window := interval+interval/2, 4*interval
	if scheme == "https" {
		window = 2 * interval
	}
	time.Sleep(steady)
	if _, err := asked(base); err != nil {
		return err
	}
	for i, c := range carriers {
		carriers[i].cpu = -c.process.cpu().Seconds()
	}
	time.Sleep(window)
	all, err := asked(base)
	if err != nil {
		return err
	}
	for i, c := range carriers {
		carriers[i].cpu += c.process.cpu().Seconds()
		carriers[i].resident = c.process.resident()
		carriers[i].moments = map[string][]moment{}
		n, prefix := 0, "/"+strings.Fields(strings.TrimSuffix(c.name, "_exporter"))[0]+"/"
		for path, moments := range all {
			if strings.HasPrefix(path, prefix) {
				carriers[i].moments[path] = moments
				n += len(moments)
			}
		}
		carriers[i].cpu *= 1000 / float64(n)
	}
	return nil
}

// asked returns what a target has noted since it was last asked for that.
func asked(base string) (all map[string][]moment, err error) {
	answer, err := insecureClient(true).Get(base + "/asked")
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	return all, json.NewDecoder(answer.Body).Decode(&all)
}

func (b *bench) carrierRows(scheme string, carriers []carrier) {
	ours, bare := carriers[0], carriers[1]
	b.add(with(row{
		work: fmt.Sprintf("%s checks, %d every %s: CPU of 1,000", scheme, checked, interval),
		ours: ours.cell(), limit: bare.cell(),
	}, atMost(ours.cpu/bare.cpu, 1.25, 2.5, "×")))
	if scheme == "https" {
		return
	}
	late, bucket := punctuality(ours.moments)
	b.add(
		row{work: "… lateness, p99", verdict: unbreakable(atMost(late*1e3, 100, 0, " ms"))},
		row{work: "… fullest second, in mean seconds", verdict: unbreakable(atMost(bucket, 2, 0, "×"))},
		with(row{
			work: "… resident memory by 1,000 (GOGC=100, no histogram)", ours: fmt.Sprintf("%.1f MB", ours.resident/1e6),
			limit: fmt.Sprintf("%.1f MB", bare.resident/1e6),
		}, atMost(ours.resident/checked/1e3, 24, 60, " KB")),
		with(row{
			work: "… the same without what the idle program has", ours: fmt.Sprintf("%.1f MB", (ours.resident-ours.fresh)/1e6),
		}, reported((ours.resident-ours.fresh)/checked/1e3, " KB")),
		row{work: "… goroutines (concurrency 64)", verdict: atMost(goroutines(ours), 100, 300, "")},
	)
}

// goroutines asks a process how many it has.
func goroutines(c carrier) float64 {
	answer, err := http.Get("http://" + c.address + "/metrics")
	if err != nil {
		return -1
	}
	defer answer.Body.Close()
	return metricValue(answer.Body, "go_goroutines")
}
