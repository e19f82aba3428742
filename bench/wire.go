package main

import (
	"errors"
	"fmt"
	"time"
)

// A server is a contestant over the wire.
type server struct {
	name string
	path string
	*process
}

// A served is what a server has achieved: a value for each round.
type served struct {
	rate, cpu []float64 // answers a second; nanoseconds of the server's CPU for one
}

// wire measures answers over loopback, each server in a process of its own: the
// library behind a mux, the program with everything that it has around, and for
// each of them bare net/http with the same body and headers.
func wire(b *bench) error {
	target, err := child("target")
	if err != nil {
		return err
	}
	defer target.end()
	program, err := b.exporter(httpChecks(10, "http://"+target.address+"/wire", "27s", ""))
	if err != nil {
		return err
	}
	servers := []server{{"program", "/healthcheck", program}}
	defer func() {
		for _, s := range servers {
			s.end()
		}
	}()
	add := func(name, path, role string, args ...string) error {
		p, err := child(role, args...)
		if err == nil {
			servers = append(servers, server{name, path, p})
		}
		return err
	}
	err = errors.Join(
		add("bare as the program", "/healthcheck", "replay", "http://"+program.address+"/healthcheck"),
		add("bare with time-outs", "/healthcheck", "replay", "http://"+program.address+"/healthcheck", "time-outs"),
		add("library", "/healthcheck", "ours"))
	if err != nil {
		return err
	}
	library := servers[3]
	for _, name := range []string{"bare as the library", "the same again"} {
		if err := add(name, "/healthcheck", "replay", "http://"+library.address+"/healthcheck"); err != nil {
			return err
		}
	}
	for _, p := range peers() {
		if err := add(p.name, p.target, "peer", p.name); err != nil {
			return err
		}
	}
	results, err := serveInTurn(servers, 9, 300*time.Millisecond)
	if err != nil {
		return err
	}
	b.wireRows(servers, results)
	return nil
}

// serveInTurn lets the servers take turns.
func serveInTurn(servers []server, rounds int, each time.Duration) ([]served, error) {
	results := make([]served, len(servers))
	for round := range rounds + 1 {
		for i := range servers {
			if round%2 == 1 {
				i = len(servers) - 1 - i // To and fro: nobody is always the first of a pair.
			}
			s := servers[i]
			before, start := s.cpu(), time.Now()
			answers, err := load(s.address, s.path, each)
			if err != nil {
				return nil, err
			}
			if round == 0 {
				continue // To warm up.
			}
			results[i].rate = append(results[i].rate, float64(answers)/time.Since(start).Seconds())
			results[i].cpu = append(results[i].cpu, float64(s.cpu()-before)/float64(answers))
		}
	}
	return results, nil
}

func (b *bench) wireRows(servers []server, results []served) {
	const program, bareProgram, patient, library, bareLibrary, again, firstPeer = 0, 1, 2, 3, 4, 5, 6
	peer, rate := "", 0.0
	for i := firstPeer; i < len(servers); i++ {
		if r := median(results[i].rate); r > rate {
			peer, rate = fmt.Sprintf("%s %.0f/s, CPU %s", servers[i].name, r, show(median(results[i].cpu))), r
		}
	}
	compare := func(work string, ours, limit int, peer string, judged bool) {
		cell := func(s served) string { return fmt.Sprintf("%.0f/s, CPU %s", median(s.rate), show(median(s.cpu))) }
		r := row{work: work, ours: cell(results[ours]), limit: cell(results[limit]), peer: peer}
		rates, costs := quotients(results[ours].rate, results[limit].rate), sum(results[ours].cpu)/sum(results[limit].cpu)
		c := row{work: "… CPU of the server per answer"}
		r.verdict, c.verdict = atLeast(median(rates), 0.9, 0.5, "×"), atMost(costs, 1.15, 2, "×")
		if !judged {
			r.verdict, c.verdict = reported(median(rates), "×"), reported(costs, "×")
		}
		b.add(r, c)
	}
	compare("answer of 10 checks over the wire, library", library, bareLibrary, peer, true)
	compare("the same, the program", program, bareProgram, "", true)
	compare("the same, against bare net/http with time-outs", program, patient, "", false)
	compare("two equal bare servers (the noise of this machine)", again, bareLibrary, "", false)
}

// quotients divides round by round.
func quotients(a, b []float64) []float64 {
	q := make([]float64, len(a))
	for i := range a {
		q[i] = a[i] / b[i]
	}
	return q
}

func sum(values []float64) (total float64) {
	for _, v := range values {
		total += v
	}
	return total
}
