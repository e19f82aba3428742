package probe

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// recordText formats a record without names in the same form that normaliseRecord
// returns for an expected record.
func recordText(body dnsmessage.ResourceBody) (string, bool) {
	switch r := body.(type) {
	case *dnsmessage.AResource:
		return netip.AddrFrom4(r.A).String(), true
	case *dnsmessage.AAAAResource:
		return netip.AddrFrom16(r.AAAA).String(), true
	case *dnsmessage.TXTResource:
		return strings.Join(r.TXT, ""), true // RFC 7208, section 3.3: the strings of one record are one text.
	case *dnsmessage.UnknownResource:
		return caaText(r.Data)
	}
	return "", false
}

// caaText reads the data of a CAA record (RFC 8659, section 4.1): flags, the
// length of the tag, the tag, and the value up to the end.
func caaText(data []byte) (string, bool) {
	if len(data) < 2 || len(data) < 2+int(data[1]) {
		return "", false
	}
	tag, value := data[2:2+int(data[1])], data[2+int(data[1]):]
	return fmt.Sprintf("%d %s %q", data[0], strings.ToLower(string(tag)), value), true
}

// normaliseRecord converts an expected record to the normal form for comparisons:
// addresses as netip writes them, names in lower case without a dot at the end,
// numbers without leading zeros, one blank between fields.
func normaliseRecord(qtype dnsmessage.Type, text string) (string, bool) {
	switch qtype {
	case dnsmessage.TypeA, dnsmessage.TypeAAAA:
		ip, err := netip.ParseAddr(strings.TrimSpace(text))
		return ip.String(), err == nil && ip.Zone() == "" && ip.Is4() == (qtype == dnsmessage.TypeA)
	case dnsmessage.TypeTXT:
		return normaliseTXT(text)
	case typeCAA:
		return normaliseCAA(text)
	}
	fields := strings.Fields(text)
	layout := recordLayouts[qtype]
	if len(fields) != len(layout) {
		return "", false
	}
	for i, kind := range layout {
		if kind == 'n' {
			name, ok := unescapeName(fields[i])
			if !ok || !isDomain(fields[i]) {
				return "", false
			}
			fields[i] = domainText(name)
			continue
		}
		n, err := strconv.ParseUint(fields[i], 10, 32)
		if err != nil {
			return "", false
		}
		fields[i] = strconv.FormatUint(n, 10)
	}
	return strings.Join(fields, " "), true
}

// recordLayouts are the fields of the records that consist of names (n) and
// numbers (d).
var recordLayouts = map[dnsmessage.Type]string{
	dnsmessage.TypeCNAME: "n", dnsmessage.TypeNS: "n", dnsmessage.TypePTR: "n",
	dnsmessage.TypeMX: "dn", dnsmessage.TypeSRV: "dddn", dnsmessage.TypeSOA: soaLayout,
}

const soaLayout = "nnddddd"

// normaliseCAA reads `0 issue "ca.example.org"`; the quotes may be missing.
func normaliseCAA(text string) (string, bool) {
	flags, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	tag, value, ok := strings.Cut(strings.TrimSpace(rest), " ")
	n, err := strconv.ParseUint(flags, 10, 8)
	value = strings.TrimSpace(value)
	if unquoted, quoted := strings.CutPrefix(value, `"`); quoted {
		value = strings.TrimSuffix(unquoted, `"`)
	}
	return fmt.Sprintf("%d %s %q", n, strings.ToLower(tag), value), ok && err == nil
}

func domainText(name string) string {
	if name == "." {
		return name
	}
	return strings.ToLower(strings.TrimSuffix(name, "."))
}
