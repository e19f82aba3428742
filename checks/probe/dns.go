package probe

import (
	"cmp"
	"context"
	"net"
	"net/netip"
	"runtime"
	"strings"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// DNS passes when a name server answers a question with the wanted code and
// the expected records.
//
//	name: resolver
//	dns: {name: www.example.org, server: "192.0.2.53", type: A, answers: ["192.0.2.10"]}
//
// With rcode NOERROR there must be at least one record of the type. The server
// is asked directly, without the hosts file and without a search list. A server
// that does not know EDNS is asked once more without it.
//
// Observed: lookup_seconds (the whole exchange), answers (how many records of
// the type), ttl_seconds (their smallest), over TCP connect_seconds, over TLS
// tls_seconds and tls_not_after_timestamp_seconds; dns_seconds where the server
// is given by name.
type DNS struct {
	// Name to ask for; for PTR it can be an IP address.
	Name string `yaml:"name"`
	// Server is host:port or host (port 53, with TLS 853). Empty means the
	// servers of /etc/resolv.conf, which is read at every run: the next is asked
	// if one does not reply or replies with SERVFAIL, NOTIMP or REFUSED.
	Server string `yaml:"server"`
	// RecordType is A, AAAA, CAA, CNAME, MX, NS, PTR, SOA, SRV or TXT. Empty means A.
	RecordType string `yaml:"type"`
	// Transport is udp (then tcp when the answer does not fit) or tcp. Empty
	// means udp, with TLS tcp.
	Transport string `yaml:"transport"`
	// TLS asks over TLS (RFC 7858). Nil means no TLS.
	TLS *checks.TLS `yaml:"tls"`
	// Rcode is the wanted response code, such as NXDOMAIN. Empty means NOERROR.
	Rcode string `yaml:"rcode"`
	// Answers are the expected records, written as in a zone file: an address,
	// a name, "10 mail.example.org" (MX), "0 5 5060 sip.example.org" (SRV).
	// TXT is one text, or quoted strings ("v=spf1 " "-all") with the escapes \",
	// \\ and \DDD; without quotes a backslash escapes too. Case and a dot at the
	// end of names do not matter. Empty means any.
	Answers []string `yaml:"answers"`
	// Match is all (every expected record is there), any (at least one is) or
	// exact (all of them and no others). Empty means all.
	Match string `yaml:"match"`
	// NoRecursion asks the server only for what it knows itself. False means that
	// it may ask other servers.
	NoRecursion bool `yaml:"no_recursion"`
}

// dnsCheck holds the prepared settings. Runs do not change it.
type dnsCheck struct {
	settings DNS
	question dnsmessage.Question
	address  string // host:port of the server; empty: of resolv.conf
	overTCP  bool
	rcode    dnsmessage.RCode
	want     []string // normalised
}

var dnsTypes = map[string]dnsmessage.Type{
	"A": dnsmessage.TypeA, "AAAA": dnsmessage.TypeAAAA, "CAA": typeCAA, "CNAME": dnsmessage.TypeCNAME,
	"MX": dnsmessage.TypeMX, "NS": dnsmessage.TypeNS, "PTR": dnsmessage.TypePTR, "SOA": dnsmessage.TypeSOA,
	"SRV": dnsmessage.TypeSRV, "TXT": dnsmessage.TypeTXT,
}

// typeCAA is the record type of RFC 8659, which dnsmessage does not support.
const typeCAA dnsmessage.Type = 257

// rcodes are the names of RFC 1035 and RFC 2136.
var rcodes = []string{
	"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED",
	"YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE",
}

// Type returns "dns".
func (DNS) Type() string { return "dns" }

// Build validates the settings and returns all faults at once.
func (s DNS) Build() (checks.Func, error) {
	c, err := s.compile()
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (string, error) { return c.run(ctx) }, nil
}

func (s DNS) compile() (*dnsCheck, error) {
	var f faults
	c := &dnsCheck{settings: s, overTCP: s.Transport == "tcp" || s.TLS != nil}
	typeName := cmp.Or(s.RecordType, "A")
	qtype, known := dnsTypes[typeName]
	c.question = dnsmessage.Question{Name: f.domain(s.Name, qtype), Type: qtype, Class: dnsmessage.ClassINET}
	c.address = f.server(s.Server, s.TLS != nil)
	if !known {
		f.Add("type", "%q, want A, AAAA, CAA, CNAME, MX, NS, PTR, SOA, SRV or TXT", s.RecordType)
	}
	if s.Transport != "" && s.Transport != "udp" && s.Transport != "tcp" {
		f.Add("transport", "%q, want udp or tcp", s.Transport)
	}
	if s.Transport == "udp" && s.TLS != nil {
		f.Add("tls", "given, but transport is udp")
	}
	f.Join(checktype.ValidateTLS(s.TLS))
	c.rcode, known = parseRcode(cmp.Or(s.Rcode, "NOERROR"))
	if !known {
		f.Add("rcode", "%q, want one such as NOERROR or NXDOMAIN", s.Rcode)
	}
	if len(s.Answers) > 0 && c.rcode != dnsmessage.RCodeSuccess {
		f.Add("answers", "given, but the wanted rcode is %s", s.Rcode)
	}
	if s.Match != "" && s.Match != "all" && s.Match != "any" && s.Match != "exact" {
		f.Add("match", "%q, want all, any or exact", s.Match)
	}
	if s.Match != "" && len(s.Answers) == 0 {
		f.Add("match", "given without answers")
	}
	for _, answer := range s.Answers {
		if qtype == 0 {
			break // Without a valid type, the records cannot be validated.
		}
		text, ok := normaliseRecord(qtype, answer)
		if !ok {
			f.Add("answers", "%q is not a record of type %s", answer, typeName)
		}
		c.want = append(c.want, text)
	}
	return c, f.Err()
}

// domain converts name to the form that is sent to the server.
func (f *faults) domain(name string, qtype dnsmessage.Type) dnsmessage.Name {
	if name == "" {
		f.Add("name", "missing, want one such as www.example.org")
		return dnsmessage.Name{}
	}
	if ip, err := netip.ParseAddr(name); err == nil && qtype == dnsmessage.TypePTR {
		name = reverseName(ip)
	}
	n, err := dnsmessage.NewName(strings.TrimSuffix(name, ".") + ".")
	if err != nil || !isDomain(name) {
		f.Add("name", "%q, want a domain name in ASCII", name)
	}
	return n
}

// isDomain reports whether every label of name has 1 to 63 printable ASCII
// characters (RFC 1035, section 2.3.4); "." is the root.
func isDomain(name string) bool {
	if name == "." {
		return true
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(name, "."), ".") {
		if label == "" || len(label) > 63 {
			return false
		}
		for i := range len(label) {
			if label[i] <= ' ' || label[i] >= 0x7f {
				return false
			}
		}
	}
	return true
}

// reverseName returns the name of the PTR records of ip (RFC 1035, section 3.5;
// RFC 3596, section 2.5).
func reverseName(ip netip.Addr) string {
	ip = ip.Unmap().WithZone("")
	var labels []byte
	if ip.Is4() {
		octets := ip.As4()
		return netip.AddrFrom4([4]byte{octets[3], octets[2], octets[1], octets[0]}).String() + ".in-addr.arpa"
	}
	bytes := ip.As16()
	for i := len(bytes) - 1; i >= 0; i-- {
		const hex = "0123456789abcdef"
		labels = append(labels, hex[bytes[i]&0xf], '.', hex[bytes[i]>>4], '.')
	}
	return string(labels) + "ip6.arpa"
}

// server adds the default port to the address of the name server. An empty
// address stays empty; the servers then come from resolv.conf.
func (f *faults) server(server string, overTLS bool) string {
	if server == "" {
		if runtime.GOOS == "windows" || runtime.GOOS == "plan9" {
			f.Add("server", "missing, and %s has no /etc/resolv.conf", runtime.GOOS)
		}
		return ""
	}
	port := "53"
	if overTLS {
		port = "853"
	}
	if ip, err := netip.ParseAddr(strings.Trim(server, "[]")); err == nil {
		return net.JoinHostPort(ip.String(), port)
	}
	address := server
	if !strings.Contains(server, ":") {
		address = net.JoinHostPort(server, port)
	}
	if !isHostPort(address) {
		f.Add("server", "%q, want host or host:port", server)
	}
	return address
}

func parseRcode(name string) (dnsmessage.RCode, bool) {
	for i, known := range rcodes {
		if strings.EqualFold(name, known) {
			return dnsmessage.RCode(i), true
		}
	}
	return 0, false
}
