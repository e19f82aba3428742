//go:build unix

package e2e_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// A checkForm is a way to configure haproxy's check. WEB, TLS, HEALTH, NOTFOUND and
// AGENT stand for ports of the exporters; NOTFOUND answers 404 while drained.
type checkForm struct{ name, options, server string }

// forms are the rows of the table in docs/haproxy.md.
var forms = []checkForm{
	{"option httpchk /healthcheck", "", "check port WEB"},
	{"GET", "option httpchk GET /healthcheck", "check port WEB"},
	{"GET in HTTP/1.1", "option httpchk\nhttp-check send meth GET uri /healthcheck ver HTTP/1.1 hdr Host localhost", "check port WEB"},
	{"HEAD", "option httpchk HEAD /healthcheck", "check port WEB"},
	{"expect status 200", "http-check expect status 200", "check port WEB"},
	{"expect string", "option httpchk GET /healthcheck\nhttp-check expect string '\"status\": \"success\"'", "check port WEB"},
	{"with the reason", "option httpchk GET /healthcheck?format=nagios\nhttp-check expect status 200 on-error \"%[res.body,word(1,|)]\"", "check port WEB"},
	{"one check", "option httpchk GET /healthcheck/redis\nhttp-check expect status 200", "check port WEB"},
	{"health listener", "http-check expect status 200", "check port HEALTH"},
	{"TLS", "http-check expect status 200", "check port TLS check-ssl verify required ca-file CAFILE check-sni localhost"},
	{"disable-on-404", "http-check expect status 200\nhttp-check disable-on-404", "check port NOTFOUND"},
	{"agent-check", "", "check agent-check agent-inter 200ms agent-addr 127.0.0.1 agent-port AGENT"},
}

// situations are the columns of the table. Each has an exporter of its own.
var situations = []string{"passing", "failing", "draining", "hung", "starting"}

// redisOf is the one check of the exporter in a situation.
var redisOf = map[string]string{
	"failing":  `{name: redis, tcp: {address: "127.0.0.1:1"}}`,
	"starting": `{name: redis, exec: {command: [/bin/sleep, "4"]}}`,
}

// A pair has the two exporters of a situation. The second one uses TLS, and answers
// 404 while drained.
type pair struct {
	plain, secure *exporter
	sockets       []string
	ports         *strings.Replacer
}

func startPair(t *testing.T, situation string, ca *testservers.CA) pair {
	t.Helper()
	check := redisOf[situation]
	if check == "" {
		check = `{name: redis, exec: {command: [/bin/true]}}`
	}
	dir, checks := testservers.Dir(t), "checks:\n  - "+check+"\n"
	health, agent, notFound := testservers.FreeAddr(t), testservers.FreeAddr(t), testservers.FreeAddr(t)
	sockets := []string{filepath.Join(dir, "plain"), filepath.Join(dir, "secure")}
	plain := startUnready(t, checks, "--health.listen-address="+health, "--agent.listen-address="+agent, "--admin.socket="+sockets[0])

	cert, key := ca.Issue(t, dir, "localhost", "127.0.0.1")
	webConfig, config := filepath.Join(dir, "web.yml"), filepath.Join(dir, "healthcheck.yml")
	write(t, webConfig, fmt.Sprintf("tls_server_config: {cert_file: %s, key_file: %s}\n", cert, key))
	write(t, config, checks+"healthcheck: {draining_status: 404, unknown_status: 500}\n")
	path := binary(t)
	secure := &exporter{Server: testservers.LaunchOnPort(t, func(addr string) testservers.Program {
		return testservers.Program{
			Path: path,
			Args: []string{
				"--config.file=" + config, "--web.listen-address=" + addr, "--web.config.file=" + webConfig,
				"--health.listen-address=" + notFound, "--admin.socket=" + sockets[1],
			},
			Ready: func(ctx context.Context) error { return answers(ctx, "http://"+notFound+"/-/healthy") },
		}
	})}
	return pair{plain, secure, sockets, strings.NewReplacer(
		"WEB", plain.Port(), "HEALTH", portOf(health), "AGENT", portOf(agent),
		"TLS", secure.Port(), "NOTFOUND", portOf(notFound), "CAFILE", ca.File)}
}

// TestHAProxyMatrix puts each form of check into each situation, all of them in one
// haproxy, and compares what its statistics say with the table of docs/haproxy.md.
func TestHAProxyMatrix(t *testing.T) {
	t.Parallel()
	ca := testservers.NewCA(t)
	pairs, backends := map[string]pair{}, ""
	for _, situation := range situations {
		pairs[situation] = startPair(t, situation, ca)
		for i, form := range forms {
			backends += backendOf(cell{i, situation}, form, pairs[situation].ports)
		}
	}
	b := balance(t, backends)
	course := map[cell][]string{}
	eventually(t, func() string {
		for at, s := range b.look(t, course) {
			if settled := s.status == "UP" || at.situation == "failing" && s.status == "DOWN"; !settled || s.result == "INI" {
				return fmt.Sprintf("%v is %v", at, s)
			}
		}
		return ""
	})
	for _, socket := range pairs["draining"].sockets {
		admin(t, socket, "drain", "--reason=deploy")
	}
	pairs["hung"].plain.Freeze()
	pairs["hung"].secure.Freeze()

	want := tableIn(t, "docs/haproxy.md")
	eventually(t, func() string {
		if got := matrix(b.look(t, course), course); got != want {
			return "docs/haproxy.md differs from what haproxy says:\n" + got
		}
		return ""
	})
}

// A cell is a form of check in a situation.
type cell struct {
	form      int
	situation string
}

// backendOf returns a backend with one server. Checks of a hung exporter time out
// soon.
func backendOf(at cell, form checkForm, ports *strings.Replacer) string {
	options := form.options
	if !strings.Contains(options, "option httpchk") && !strings.Contains(form.server, "agent") {
		options = "option httpchk /healthcheck\n" + options
	}
	timeout := "6s"
	if at.situation == "hung" {
		timeout = "500ms"
	}
	return fmt.Sprintf("backend %s_%d\n%s\ntimeout check %s\nserver s APP weight 100 inter 200ms fall 2 rise 1 addr 127.0.0.1 %s\n",
		at.situation, at.form, options, timeout, ports.Replace(form.server))
}

// A state is what haproxy's statistics say of a server.
type state struct{ status, weight, result, text string }

// look returns the state of each cell. It appends each status that differs from the
// last one to the course of the cell.
func (b *balancer) look(t testing.TB, course map[cell][]string) map[cell]state {
	t.Helper()
	states := map[cell]state{}
	for _, row := range b.rows(t) {
		situation, form, _ := strings.Cut(row["pxname"], "_")
		i, err := strconv.Atoi(form)
		if err != nil {
			t.Fatal(err)
		}
		status, _, _ := strings.Cut(row["status"], " ") // "UP 1/2" is up.
		s := state{status: status, weight: row["weight"], result: row["check_status"], text: row["last_chk"]}
		if strings.Contains(forms[i].server, "agent") {
			s.result, s.text = row["agent_status"], row["last_agt"]
		} else if row["check_code"] != "" {
			s.result += " " + row["check_code"]
		}
		s.result = strings.TrimPrefix(s.result, "* ") // A check is under way.
		at := cell{i, situation}
		states[at] = s
		before := course[at]
		if situation == "failing" { // Every server begins as UP, which may be too short to be seen.
			before = nil
		}
		if len(before) == 0 || before[len(before)-1] != status {
			course[at] = append(before, status)
		}
	}
	return states
}

// matrix writes the table.
func matrix(states map[cell]state, course map[cell][]string) string {
	var text strings.Builder
	fmt.Fprintf(&text, "| | %s |\n|---|%s\n", strings.Join(situations, " | "), strings.Repeat("---|", len(situations)))
	for i, form := range forms {
		fmt.Fprintf(&text, "| %s |", form.name)
		for _, situation := range situations {
			at := cell{i, situation}
			s := states[at]
			fmt.Fprintf(&text, " %s", strings.Join(course[at], " → "))
			if s.weight == "0" {
				text.WriteString(", weight 0")
			}
			fmt.Fprintf(&text, "; %s", s.result)
			if s.text != "" {
				fmt.Fprintf(&text, " `%s`", strings.TrimSpace(s.text))
			}
			text.WriteString(" |")
		}
		text.WriteString("\n")
	}
	return text.String()
}

// tableIn returns the table of a document whose head names the situations.
func tableIn(t testing.TB, path string) string {
	t.Helper()
	_, rest, found := strings.Cut(read(t, path), "\n\n| | passing |")
	if !found {
		t.Fatalf("%s has no table", path)
	}
	table, _, _ := strings.Cut(rest, "\n\n")
	return "| | passing |" + table + "\n"
}
