package faulttest

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
)

// Leaked returns the spelling in which secret is in text: as it is, URL-encoded,
// in hexadecimal, or in base64 of any alphabet, alone or within something
// longer such as user:secret. It is empty when secret is in none.
func Leaked(text, secret string) (spelling string) {
	for _, s := range spellings(secret) {
		if s != "" && strings.Contains(text, s) {
			return s
		}
	}
	return ""
}

func spellings(secret string) []string {
	all := []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), url.UserPassword("", secret).String()[1:],
		hex.EncodeToString([]byte(secret)), strings.ToUpper(hex.EncodeToString([]byte(secret))),
	}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for before := range 3 {
			all = append(all, inBase64(encoding, secret, before))
		}
	}
	return all
}

// inBase64 returns the characters that depend on secret alone when so many
// bytes stand before it and anything after it.
func inBase64(encoding *base64.Encoding, secret string, before int) string {
	whole := encoding.EncodeToString([]byte(strings.Repeat("\x00", before) + secret))
	first := (before*8 + 5) / 6
	last := (before + len(secret)) * 8 / 6
	if first >= last {
		return ""
	}
	return whole[first:last]
}
