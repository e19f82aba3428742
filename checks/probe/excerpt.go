package probe

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

// maxExcerpt is how much of a peer's answer is quoted in a failure, in bytes.
const maxExcerpt = 80

// excerpt quotes the first line of a peer's reply for an error message. It masks
// secrets first: a peer may echo what we sent, or show its own, and half a secret
// would not be recognized later.
func excerpt(ctx context.Context, reply []byte, secrets ...string) string {
	text := mask(beginning(bytes.TrimLeft(reply, "\r\n\t ")), secrets)
	if utf8.ValidString(text) { // Otherwise its bytes matter, and the scrubber would replace them.
		text = checktype.Scrub(ctx, text)
	}
	line, _, more := strings.Cut(text, "\n")
	line = strings.TrimRight(line, "\r")
	if len(line) > maxExcerpt {
		line, more = clip.At(line, maxExcerpt), true
	}
	if more {
		return fmt.Sprintf("%q…", line)
	}
	return fmt.Sprintf("%q", line)
}

// said returns the beginning of a peer's reply for the evidence of a failed run,
// without the secrets that the peer may echo.
func said(reply []byte, secrets ...string) string { return mask(beginning(reply), secrets) }

func mask(text string, secrets []string) string {
	for _, secret := range longestFirst(secrets) {
		text = strings.ReplaceAll(text, secret, clip.Mask)
	}
	return text
}

// maxMasked is how much of an answer is searched for secrets, in bytes.
const maxMasked = 4 << 10

// beginning shortens a long text and drops the last, unfinished word, which could
// be part of a secret.
func beginning(reply []byte) string {
	if len(reply) <= maxMasked {
		return string(reply)
	}
	text := string(reply[:maxMasked])
	if blank := strings.LastIndexAny(text, " \r\n"); blank >= 0 {
		text = text[:blank+1]
	}
	return text
}

// longestFirst sorts secrets so that each comes before those that it contains.
func longestFirst(secrets []string) []string {
	secrets = slices.DeleteFunc(slices.Clone(secrets), func(s string) bool { return s == "" })
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	return secrets
}

// minWord is the length of the shortest word that could be a secret, in bytes.
const minWord = 4

// words are the parts of a text that could be secrets: those between blanks, and
// those between the punctuation of JSON, forms and paths.
func words(text string) []string {
	parts := append(strings.Fields(text), strings.FieldsFunc(text, isPunctuation)...)
	return slices.DeleteFunc(parts, func(word string) bool { return len(word) < minWord })
}

func isPunctuation(r rune) bool { return strings.ContainsRune(" \t\r\n\"'{}[](),;:=&/", r) }

// arguments returns the words of a sent text without the first word of each line,
// which is usually a command and useful in error messages. Of a request written
// in HTTP/1 it returns only what could be a secret.
func arguments(sent string) []string {
	found := []string{strings.TrimSpace(sent)}
	for line := range strings.Lines(sent) {
		first, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		name, isHeader := strings.CutSuffix(first, ":")
		rest, isRequest := cutVersion(rest)
		isHTTP := isHeader || isRequest
		for _, word := range words(rest) {
			if !isHTTP || checktype.CouldBeSecret(name, word) {
				found = append(found, word)
			}
		}
	}
	return found
}

// cutVersion removes the version of HTTP/1 from the end of a request line.
func cutVersion(line string) (rest string, found bool) {
	if at := strings.LastIndex(line, " HTTP/1."); at >= 0 {
		return line[:at], true
	}
	return line, false
}
