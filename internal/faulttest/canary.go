package faulttest

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
)

// Leaked returns the spelling of secret that text contains: plain, URL-encoded,
// in hexadecimal, or in base64 of any alphabet, alone or within a longer text
// such as user:secret. It returns the empty string if text does not contain
// secret.
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

// inBase64 returns the base64 characters that depend on secret alone, if before
// bytes precede secret and any bytes follow it.
func inBase64(encoding *base64.Encoding, secret string, before int) string {
	whole := encoding.EncodeToString([]byte(strings.Repeat("\x00", before) + secret))
	first := (before*8 + 5) / 6
	last := (before + len(secret)) * 8 / 6
	if first >= last {
		return ""
	}
	return whole[first:last]
}
