package httpapi

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// The functions of this file append JSON as Python's json.dumps writes it by
// default, because users match strings in it: ", " and ": " between the parts,
// ASCII only, floats as repr writes them.

// appendString appends s quoted. What is not ASCII becomes \uXXXX, above the
// basic plane as two surrogates; an invalid byte becomes \ufffd.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		if c := s[i]; ' ' <= c && c <= '~' && c != '"' && c != '\\' {
			i++
			continue
		}
		dst = append(dst, s[start:i]...)
		r, size := utf8.DecodeRuneInString(s[i:])
		dst = appendEscaped(dst, r)
		i += size
		start = i
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

func appendEscaped(dst []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(dst, '\\', byte(r))
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	case '\f':
		return append(dst, '\\', 'f')
	case '\b':
		return append(dst, '\\', 'b')
	}
	if r1, r2 := utf16.EncodeRune(r); r1 != utf8.RuneError {
		return appendUnit(appendUnit(dst, r1), r2)
	}
	return appendUnit(dst, r)
}

func appendUnit(dst []byte, r rune) []byte {
	const hex = "0123456789abcdef"
	return append(dst, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}

// appendFloat appends f as Python's repr does: the fewest digits that parse as
// f, with an exponent below 1e-04 and from 1e+16 on, and otherwise always with
// a point. Values that JSON cannot represent become null.
func appendFloat(dst []byte, f float64) []byte {
	abs := math.Abs(f)
	switch {
	case 1<<30 <= f && f < 1<<31:
		return appendMoment(dst, f)
	case math.IsNaN(f) || math.IsInf(f, 0):
		return append(dst, "null"...)
	case abs != 0 && (abs < 1e-4 || abs >= 1e16):
		return strconv.AppendFloat(dst, f, 'e', -1, 64)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	if bytes.IndexByte(dst[start:], '.') < 0 {
		dst = append(dst, ".0"...)
	}
	return dst
}

// unixSeconds returns t as Python's time.time() does, but rounded only once: a
// clock with microsecond resolution shows no digits of nanoseconds.
func unixSeconds(t time.Time) float64 {
	return float64(t.Unix()) + float64(t.Nanosecond())/1e9
}

// microseconds is d in seconds, rounded to 6 decimals.
func microseconds(d time.Duration) float64 {
	return float64(max(d, 0).Round(time.Microsecond)/time.Microsecond) / 1e6
}

// appendJSON appends raw, one JSON value in any spacing, in the spacing of this
// file. If raw is not JSON, it reports false and leaves dst unchanged.
func appendJSON(dst []byte, raw json.RawMessage) ([]byte, bool) {
	if !json.Valid(raw) {
		return dst, false
	}
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; c {
		case ' ', '\t', '\r', '\n':
		case ',', ':':
			dst = append(dst, c, ' ')
		case '"':
			end := stringEnd(raw, i)
			dst = appendRawString(dst, raw[i:end])
			i = end - 1
		default:
			dst = append(dst, c)
		}
	}
	return dst, true
}

// stringEnd returns the position after the string that begins at i.
func stringEnd(raw []byte, i int) int {
	for i++; raw[i] != '"'; i++ {
		if raw[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// appendRawString appends a quoted string in our escapes.
func appendRawString(dst, quoted []byte) []byte {
	plain := quoted[1 : len(quoted)-1]
	for _, c := range plain {
		if c == '\\' || c < ' ' || c > '~' {
			var s string
			if err := json.Unmarshal(quoted, &s); err != nil {
				return append(dst, `""`...) // Unreachable in valid JSON.
			}
			return appendString(dst, s)
		}
	}
	return append(dst, quoted...)
}
