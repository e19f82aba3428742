package postgres

import (
	"errors"
	"net/url"
	"strings"
)

var (
	errSyntax   = errors.New("is neither a URL (postgres://user:password@host:5432/database) nor keywords (host=… user=… dbname=…)")
	errEncoding = errors.New("is not a URL; likely the user or password has a character that must be percent-encoded: " +
		"@ as %40, / as %2F, : as %3A, ? as %3F, # as %23, % as %25")
	errDecoded = errors.New("the dsn is a URL, so the % in its password begins an escape: if the password has a %, write %25")
)

// parseURL parses a URL as libpq does. net/url cannot parse such a URL: it may
// have several hosts with ports, and a host may be a directory with encoded
// slashes.
func parseURL(dsn string) (map[string]string, error) {
	_, rest, _ := strings.Cut(dsn, "://")
	if strings.ContainsAny(rest, "#\x7f") || strings.IndexFunc(rest, func(r rune) bool { return r <= ' ' }) >= 0 {
		return nil, errEncoding
	}
	rest, query, _ := strings.Cut(rest, "?")
	authority, database, _ := strings.Cut(rest, "/")
	userinfo, hosts, hasUser := strings.Cut(authority, "@")
	if !hasUser {
		userinfo, hosts = "", authority
	}
	if strings.Contains(hosts, "@") || strings.Contains(database, "@") || strings.Contains(database, "/") {
		return nil, errEncoding
	}
	words := map[string]string{}
	user, password, _ := strings.Cut(userinfo, ":")
	if err := errors.Join(
		put(words, "user", user), put(words, "password", password), put(words, "dbname", database),
		putHosts(words, hosts),
	); err != nil {
		return nil, errEncoding
	}
	return words, putQuery(words, query)
}

// put decodes value and stores it under name. It ignores an empty value.
func put(words map[string]string, name, value string) error {
	if value == "" {
		return nil
	}
	decoded, err := url.PathUnescape(value)
	words[name] = decoded
	return err
}

// putHosts reads host:port,[address]:port,… A port may be missing.
func putHosts(words map[string]string, list string) error {
	if list == "" {
		return nil
	}
	var hosts, ports []string
	for one := range strings.SplitSeq(list, ",") {
		host, port, _ := strings.Cut(one, ":")
		if end := strings.LastIndexByte(one, ']'); strings.HasPrefix(one, "[") && end > 0 {
			host, port = one[1:end], one[end+1:]
			if port != "" && port[0] != ':' {
				return errSyntax
			}
			port = strings.TrimPrefix(port, ":")
		}
		decoded, err := url.PathUnescape(host)
		if err != nil || strings.Contains(port, ":") {
			return errSyntax
		}
		hosts, ports = append(hosts, decoded), append(ports, port)
	}
	words["host"] = strings.Join(hosts, ",")
	if port := strings.Join(ports, ","); strings.Trim(port, ",") != "" {
		words["port"] = port
	}
	return nil
}

func putQuery(words map[string]string, query string) error {
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		name, value, found := strings.Cut(pair, "=")
		decoded, err := url.PathUnescape(value)
		if !found || err != nil || strings.Contains(name, "@") {
			return errEncoding
		}
		words[name] = decoded
	}
	return nil
}

// parseKeywords reads keyword = value pairs: blanks around the sign are
// allowed, a value with blanks stands in single quotes, \ escapes.
func parseKeywords(dsn string) (map[string]string, error) {
	words := map[string]string{}
	rest := strings.TrimSpace(dsn)
	if rest == "" {
		return nil, errSyntax
	}
	for rest != "" {
		name, after, found := strings.Cut(rest, "=")
		name = strings.TrimSpace(name)
		if !found || name == "" || strings.ContainsAny(name, " \t\r\n") {
			return nil, errSyntax
		}
		value, next, ok := keywordValue(strings.TrimLeft(after, " \t\r\n"))
		if !ok {
			return nil, errSyntax
		}
		words[name], rest = value, strings.TrimLeft(next, " \t\r\n")
	}
	return words, nil
}

// keywordValue reads one value and returns it with the rest of s. If a quote is
// not closed, ok is false.
func keywordValue(s string) (value, rest string, ok bool) {
	quoted := strings.HasPrefix(s, "'")
	if quoted {
		s = s[1:]
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case quoted && c == '\'':
			return b.String(), s[i+1:], true
		case !quoted && strings.IndexByte(" \t\r\n", c) >= 0:
			return b.String(), s[i:], true
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), "", !quoted
}
