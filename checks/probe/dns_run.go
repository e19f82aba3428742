package probe

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

func (c *dnsCheck) run(ctx context.Context) (string, error) {
	server, err := c.server()
	if err != nil {
		return "", checks.Fail(checks.ReasonInternal, fmt.Errorf("local: %w", err))
	}
	q, err := newQuery(c.question, !c.settings.NoRecursion)
	if err != nil {
		return "", err
	}
	r := wire.Start(ctx, server)
	defer r.Close()
	r.SetBudget(maxStrangers * maxReceived)
	began := time.Now()
	answer, err := c.ask(r, q)
	if err != nil {
		return "", err
	}
	r.Observe("lookup_seconds", began)
	output, err := c.judge(ctx, answer)
	if err != nil {
		return "", err
	}
	return output, r.Warning()
}

// ask sends the question, over TCP where that is wanted or where the answer
// does not fit a datagram (RFC 7766, section 5).
func (c *dnsCheck) ask(r *wire.Run, q query) (dnsAnswer, error) {
	if !c.overTCP {
		answer, err := askUDP(r, q)
		if err != nil || !answer.truncated {
			return answer, err
		}
	}
	return askTCP(r, q, c.settings.TLS)
}

// judge says whether the answer is a wanted one.
func (c *dnsCheck) judge(ctx context.Context, answer dnsAnswer) (string, error) {
	checks.Observe(ctx, "answers", float64(len(answer.records)))
	if len(answer.records) > 0 {
		checks.Observe(ctx, "ttl_seconds", float64(answer.ttl))
	}
	if answer.rcode != c.rcode {
		reason := checks.ReasonDNS
		if answer.rcode == 0 {
			reason = checks.ReasonStatus
		}
		return "", checks.Fail(reason, fmt.Errorf("rcode %s, want %s", rcodeText(answer.rcode), rcodeText(c.rcode)))
	}
	if c.rcode != 0 {
		return rcodeText(answer.rcode), nil
	}
	if len(answer.records) == 0 {
		return "", checks.Fail(checks.ReasonDNS, fmt.Errorf("no %s record", typeText(c.question.Type)))
	}
	if !c.matches(answer.records) {
		return "", checks.Fail(checks.ReasonAssertion, fmt.Errorf("answers %s, want %s", list(answer.records), c.wanted()))
	}
	return list(answer.records), nil
}

func (c *dnsCheck) matches(records []string) bool {
	found := 0
	for _, want := range c.want {
		if slices.Contains(records, want) {
			found++
		}
	}
	switch c.settings.Match {
	case "any":
		return found > 0
	case "exact":
		extra := slices.ContainsFunc(records, func(r string) bool { return !slices.Contains(c.want, r) })
		return found == len(c.want) && !extra
	}
	return found == len(c.want)
}

func (c *dnsCheck) wanted() string {
	switch c.settings.Match {
	case "any":
		return "any of " + list(c.want)
	case "exact":
		return "exactly " + list(c.want)
	}
	return list(c.want)
}

// maxListed is how many records are shown.
const maxListed = 5

func list(records []string) string {
	shown := make([]string, min(len(records), maxListed))
	for i := range shown {
		shown[i] = printable(records[i])
	}
	text := strings.Join(shown, ", ")
	if more := len(records) - maxListed; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// printable quotes what is not one short line of ASCII.
func printable(record string) string {
	for i := range len(record) {
		if record[i] < ' ' || record[i] >= 0x7f {
			return excerpt([]byte(record))
		}
	}
	if len(record) > maxExcerpt {
		return record[:maxExcerpt] + "…"
	}
	return record
}

// server is the configured one, or the first of resolv.conf.
func (c *dnsCheck) server() (string, error) {
	if c.address != "" {
		return c.address, nil
	}
	const path = "/etc/resolv.conf"
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	host := firstNameserver(f)
	if host == "" {
		return "", errors.New(path + " names no nameserver")
	}
	if c.settings.TLS != nil {
		return net.JoinHostPort(host, "853"), nil
	}
	return net.JoinHostPort(host, "53"), nil
}

// firstNameserver reads at most 64 KiB of a resolv.conf (resolv.conf(5)).
func firstNameserver(r io.Reader) string {
	lines := bufio.NewScanner(io.LimitReader(r, 64<<10))
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) > 1 && fields[0] == "nameserver" {
			return fields[1]
		}
	}
	return ""
}
