package probe

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// recordHead is the length of the fields between the name and the data of a
// record: type, class, TTL and length (RFC 1035, section 3.2.1).
const recordHead = 10

// skipQuestions returns the offset of the answers in a message. The message must
// be valid up to there, as verified by dnsmessage.
func skipQuestions(message []byte) int {
	place := 12
	for range binary.BigEndian.Uint16(message[4:]) {
		place = skipName(message, place) + 4
	}
	return place
}

// skipName returns the offset after the name at place. It never reads beyond the
// message.
func skipName(message []byte, place int) int {
	for place < len(message) {
		switch length := int(message[place]); {
		case length == 0:
			return place + 1
		case length >= 0xc0: // A pointer ends the name.
			return place + 2
		default:
			place += 1 + length
		}
	}
	return place
}

// fieldsText reads the data of a record that consists of names and numbers, as
// layout lists them (see recordLayouts). Numbers have 32 bits in SOA, else 16.
func fieldsText(message []byte, place int, layout string) (string, bool) {
	width := 2
	if layout == soaLayout {
		width = 4
	}
	fields := make([]string, len(layout))
	for i, kind := range layout {
		if kind == 'n' {
			name, end, ok := nameText(message, place)
			if !ok {
				return "", false
			}
			fields[i], place = domainText(name), end
			continue
		}
		if len(message) < place+width {
			return "", false
		}
		n := uint64(0)
		for _, digit := range message[place : place+width] {
			n = n<<8 | uint64(digit)
		}
		fields[i], place = strconv.FormatUint(n, 10), place+width
	}
	return strings.Join(fields, " "), true
}

// nameText returns the name at place in zone file syntax: a dot or a backslash
// within a label is escaped. It also returns the offset after the name.
func nameText(message []byte, place int) (text string, end int, ok bool) {
	end = skipName(message, place)
	var b strings.Builder
	for range 128 { // A name has at most 127 labels; pointers may form a ring.
		if place < 0 || place >= len(message) {
			return "", 0, false
		}
		length := int(message[place])
		switch {
		case length == 0:
			if b.Len() == 0 {
				return ".", end, true
			}
			return b.String(), end, true
		case length >= 0xc0:
			if place+1 >= len(message) {
				return "", 0, false
			}
			place = (length&0x3f)<<8 | int(message[place+1])
		case length > 63 || place+1+length > len(message):
			return "", 0, false
		default:
			for _, c := range message[place+1 : place+1+length] {
				b.WriteString(escaped(c))
			}
			b.WriteByte('.')
			place += 1 + length
		}
	}
	return "", 0, false
}

func escaped(c byte) string {
	switch {
	case c == '.' || c == '\\':
		return "\\" + string(rune(c))
	case c <= ' ' || c >= 0x7f:
		return fmt.Sprintf("\\%03d", c)
	}
	return string(rune(c))
}

// unescapeName returns a name in zone file syntax with only the escapes that
// nameText uses: dig, for one, also writes \( and \@.
func unescapeName(name string) (string, bool) {
	var b strings.Builder
	for rest := name; rest != ""; {
		size := 1
		if rest[0] == '\\' {
			size = 2
			if len(rest) > 1 && '0' <= rest[1] && rest[1] <= '9' {
				size = 4
			}
		}
		if len(rest) < size {
			return "", false
		}
		char, ok := unescapeTXT(rest[:size])
		if !ok {
			return "", false
		}
		if size > 1 {
			char = escaped(char[0])
		}
		b.WriteString(char)
		rest = rest[size:]
	}
	return b.String(), true
}
