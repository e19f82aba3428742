package scrub

import "strings"

const (
	pemBegin = "-----BEGIN "
	pemEnd   = "-----END "
	pemDash  = "-----"
	maxLabel = 80 // bytes of a label and its dashes
)

// pem is V3 at a dash: it masks a private key from its first to its last line,
// or to the end of the text if the key was cut off; it also masks a key whose
// beginning was cut off.
func (p *scan) pem(i int) int {
	rest := p.in[i:]
	switch {
	case strings.HasPrefix(rest, pemBegin):
		end := privateLabel(p.in, i+len(pemBegin))
		if end < 0 {
			return i + len(pemBegin)
		}
		return p.mask(i, privateKeyEnd(p.in, end), v3)
	case strings.HasPrefix(rest, pemEnd):
		end := privateLabel(p.in, i+len(pemEnd))
		if start := p.base64Start(i); end >= 0 && start < i {
			return p.mask(start, end, v3)
		}
		return i + len(pemEnd)
	}
	return i + 1
}

// privateLabel returns the end of the label at i with its dashes, or -1 if it
// is not the label of a private key.
func privateLabel(in string, i int) int {
	label := in[i:min(len(in), i+maxLabel)]
	n := strings.Index(label, pemDash)
	if n < 0 || !strings.Contains(label[:n], "PRIVATE KEY") {
		return -1
	}
	return i + n + len(pemDash)
}

func privateKeyEnd(in string, i int) int {
	for {
		n := strings.Index(in[i:], pemEnd)
		if n < 0 {
			return len(in)
		}
		i += n + len(pemEnd)
		if end := privateLabel(in, i); end >= 0 {
			return end
		}
	}
}

// base64Start returns where the lines of base64 before i begin.
func (p *scan) base64Start(i int) int {
	start := i
	for j := i; j > p.floor; j-- {
		c := p.in[j-1]
		if !isASCIIAlnum(c) && c != '+' && c != '/' && c != '=' && !isBlank(c) && c != '\\' {
			break
		}
		if c == ' ' || c == '\t' {
			break
		}
		if !isBlank(c) {
			start = j - 1
		}
	}
	return start
}

// putty is V3 at a word of a PuTTY key file: it masks the text up to the end of
// the line of Private-MAC, or to the end of the text if the file was cut off.
func (p *scan) putty(start, end int) int {
	word := p.in[start:end]
	if !strings.HasPrefix(word, "PuTTY-User-Key-File-") && word != "Private-Lines" || end == len(p.in) || p.in[end] != ':' {
		return start
	}
	n := strings.Index(p.in[end:], "Private-MAC:")
	if n < 0 {
		return p.mask(start, len(p.in), v3)
	}
	return p.mask(start, p.lineEnd(end+n), v3)
}
