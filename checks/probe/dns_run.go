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

	"golang.org/x/net/dns/dnsmessage"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

func (c *dnsCheck) run(ctx context.Context) (string, error) {
	servers, err := c.servers()
	if err != nil {
		return "", checks.Fail(checks.ReasonInternal, fmt.Errorf("local: %w", err))
	}
	q, err := newQuery(c.question, !c.settings.NoRecursion)
	if err != nil {
		return "", err
	}
	r := wire.Start(ctx, servers[0])
	defer r.Close()
	r.SetBudget(maxStrangers * maxReceived)
	began := time.Now()
	answer, err := c.askInTurn(r, q, servers)
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

// askInTurn asks the servers in their order, as a resolver does. It asks the next
// server if a server does not answer in its share of the time or says that it
// cannot or will not answer.
func (c *dnsCheck) askInTurn(r *wire.Run, q query, servers []string) (answer dnsAnswer, err error) {
	for i, server := range servers {
		r.SetPeer(server)
		ctx, cancel := share(r.Context(), len(servers)-i)
		answer, err = c.ask(ctx, r, q)
		cancel()
		if err == nil && answer.rcode != c.rcode && slices.Contains(helpless, answer.rcode) {
			continue
		}
		if err == nil || r.Ended() != nil || checks.ReasonOf(err) == checks.ReasonProtocol || checks.ReasonOf(err) == checks.ReasonTLS {
			return answer, err
		}
	}
	return answer, err
}

// helpless are the replies after which resolvers ask the next server.
var helpless = []dnsmessage.RCode{dnsmessage.RCodeServerFailure, dnsmessage.RCodeNotImplemented, dnsmessage.RCodeRefused}

// share returns a context that ends after one of n equal parts of the time that
// is left.
func share(ctx context.Context, n int) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok || n == 1 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(deadline)/time.Duration(n))
}

// ask sends the question, over TCP if that is configured or if the answer does
// not fit a datagram (RFC 7766, section 5). A server that refuses EDNS is asked
// once more without it.
func (c *dnsCheck) ask(ctx context.Context, r *wire.Run, q query) (dnsAnswer, error) {
	answer, err := c.askOnce(ctx, r, q)
	if err != nil || answer.rcode == c.rcode || !refusesEDNS(answer.rcode) {
		return answer, err
	}
	return c.askOnce(ctx, r, q.withoutEDNS())
}

// refusesEDNS reports whether code is a possible reply of a server that does not
// support EDNS.
func refusesEDNS(code dnsmessage.RCode) bool {
	return code == dnsmessage.RCodeFormatError || code == dnsmessage.RCodeNotImplemented || code == dnsmessage.RCodeServerFailure
}

func (c *dnsCheck) askOnce(ctx context.Context, r *wire.Run, q query) (dnsAnswer, error) {
	if !c.overTCP {
		answer, err := askUDP(ctx, r, q)
		if err != nil || !answer.truncated {
			return answer, err
		}
	}
	return askTCP(ctx, r, q, c.settings.TLS)
}

// judge compares the answer with the settings.
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
		return "", checks.Fail(checks.ReasonAssertion, fmt.Errorf("answers %s, want %s", c.list(ctx, answer.records), c.wanted(ctx)))
	}
	return c.list(ctx, answer.records), nil
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

func (c *dnsCheck) wanted(ctx context.Context) string {
	switch c.settings.Match {
	case "any":
		return "any of " + c.list(ctx, c.want)
	case "exact":
		return "exactly " + c.list(ctx, c.want)
	}
	return c.list(ctx, c.want)
}

// maxListed is how many records are shown.
const maxListed = 5

// list shows records in a form that the setting answers accepts, if they are not
// too long and hold no secret.
func (c *dnsCheck) list(ctx context.Context, records []string) string {
	show := printable
	if c.question.Type == dnsmessage.TypeTXT {
		show = printableTXT
	}
	shown := make([]string, min(len(records), maxListed))
	for i := range shown {
		shown[i] = show(ctx, records[i])
	}
	text := strings.Join(shown, ", ")
	if more := len(records) - maxListed; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// printable quotes a record that is not one short line of ASCII.
func printable(ctx context.Context, record string) string {
	for i := range len(record) {
		if record[i] < ' ' || record[i] >= 0x7f {
			return excerpt(ctx, []byte(record))
		}
	}
	if len(record) > maxExcerpt {
		record = checktype.Scrub(ctx, record)
	}
	if len(record) > maxExcerpt {
		return clip.At(record, maxExcerpt) + "…"
	}
	return record
}

// maxNameservers is how many servers of resolv.conf count, as in the C library.
const maxNameservers = 3

// servers returns the configured server or, without one, the servers of
// resolv.conf.
func (c *dnsCheck) servers() ([]string, error) {
	if c.address != "" {
		return []string{c.address}, nil
	}
	const path = "/etc/resolv.conf"
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	servers := nameservers(f)
	if len(servers) == 0 {
		return nil, errors.New(path + " names no nameserver")
	}
	port := "53"
	if c.settings.TLS != nil {
		port = "853"
	}
	for i, host := range servers {
		servers[i] = net.JoinHostPort(host, port)
	}
	return servers, nil
}

// nameservers reads at most 64 KiB of a resolv.conf (resolv.conf(5)).
func nameservers(r io.Reader) []string {
	var servers []string
	lines := bufio.NewScanner(io.LimitReader(r, 64<<10))
	for lines.Scan() && len(servers) < maxNameservers {
		fields := strings.Fields(lines.Text())
		if len(fields) > 1 && fields[0] == "nameserver" {
			servers = append(servers, fields[1])
		}
	}
	return servers
}
