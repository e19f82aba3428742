package scrub

import (
	"bytes"
	"strings"
)

// A class says how a name affects its value in a sentence.
type class uint8

const (
	notName    class = iota
	strongOnly       // the value is masked if it has a strong shape
	counted          // the name of a secret
	passLike         // the name of a password
	configured       // a name of the configuration
)

// Whole words of a name, by their classes. Words that are no names only end like
// another word.
var (
	strongWords  = wordSet(segments + " unseal bearer mnemonic securestring")
	countedWords = wordSet(`dsn jwt csrf xsrf credential credentials cookie signature authorization dockerconfigjson dockercfg
		samlresponse`)
	noNames = wordSet("compass bypass trespass encompass surpass overpass underpass windpass basalt cobalt asphalt")
)

// endings are the endings of words in a name, by the last letter.
var endings = func() (table [256][]ending) {
	add := func(c class, list string) {
		for text := range strings.FieldsSeq(list) {
			last := text[len(text)-1]
			table[last] = append(table[last], ending{text, c})
		}
	}
	add(passLike, "password passwd passphrase pass pwd masterauth")
	add(counted, "secret token apikey accesskey secretkey authkey authtoken privatekey sessid sessionid")
	add(strongOnly, "pw salt community")
	return table
}()

type ending struct {
	text  string
	class class
}

var (
	// qualifiers turn the word key into the name of a secret.
	qualifiers = wordSet(`api access secret private radius-server tacacs-server account shared preshared encryption encrypt signing license master
		instrumentation client auth app application subscription consumer storage admin deploy session sentry function
		functions unseal webhook integration ingest write stream wireguard hmac jwt cookie sas preauth enrollment`)

	// aspects are last words that make a name describe an aspect of a secret.
	aspects = wordSet(`file path dir url endpoint type name count days ttl size method version status host port service
		cache id expires expiry expiration age length policy mode limit algorithm time timeout seconds total lifetime
		attempts errors format encryption mechanism provider required enabled rotation strength hint`)
)

const maxSegments = 12

// classOf returns the class of a name in a sentence. before is the preceding
// word, for "api key".
func (s *Scrubber) classOf(name, before string) class {
	rules := s.current()
	switch {
	case len(name) < 2 || rules.allow[name]:
		return notName
	case rules.isExtra(name):
		return configured
	}
	var buf [maxName]byte
	lower := fold(buf[:0], name[max(0, len(name)-maxName):])
	name = name[len(name)-len(lower):]
	var word [maxName]byte
	last := append(word[:0], before[max(0, len(before)-maxName):]...)
	if isOneWord(lower, name) {
		return classOfSegment(trimDigits(lower), last)
	}
	var ends [maxSegments]int
	n := split(name, &ends)
	best, start := notName, 0
	for _, end := range ends[:n] {
		for start < end && !isAlnum(lower[start]) {
			start++
		}
		segment := trimDigits(lower[start:end])
		best = max(best, classOfSegment(segment, last))
		if len(segment) > 0 {
			last = segment
		}
		start = end
	}
	if n > 1 && best < passLike { // PassWord, JSessionID
		best = max(best, classOfSegment(lower[bytes.LastIndexByte(lower, '_')+1:], nil))
	}
	switch {
	case string(last) == "id" && (strings.HasSuffix(before, "session") || bytes.Contains(lower, []byte("session")) || bytes.HasSuffix(lower, []byte("secret_id"))):
		return strongOnly
	case best != notName && has(aspects, last):
		return notName
	}
	return best
}

// isOneWord reports whether a name has one segment only.
func isOneWord(lower []byte, name string) bool {
	rest := 1
	for rest < len(name) && (isLower(name[rest]) || isDigit(name[rest])) {
		rest++
	}
	if rest >= len(name) && isASCIIAlnum(name[0]) { // Cookie
		return len(lower) != len("id") || string(lower) != "id"
	}
	for i, c := range lower {
		if !isLower(c) && !isDigit(c) || isBoundary(name, i, true) && i > 0 {
			return false
		}
	}
	return len(lower) != len("id") || string(lower) != "id"
}

// split finds the ends of the segments of a name, or of the last ones if there
// are many.
func split(name string, ends *[maxSegments]int) int {
	n := 0
	for i := 1; i <= len(name); i++ {
		if !isAlnum(name[i-1]) || i < len(name) && isAlnum(name[i]) && !isBoundary(name, i, true) {
			continue
		}
		if n == maxSegments {
			copy(ends[:], ends[1:])
			n--
		}
		ends[n] = i
		n++
	}
	return n
}

func trimDigits(segment []byte) []byte {
	for len(segment) > 0 && isDigit(segment[len(segment)-1]) {
		segment = segment[:len(segment)-1]
	}
	return segment
}

// classOfSegment classifies one word of a name; before is the preceding word.
func classOfSegment(segment, before []byte) class {
	if len(segment) < 2 {
		return notName
	}
	switch {
	case has(strongWords, segment):
		return strongOnly
	case has(countedWords, segment):
		return counted
	case string(segment) == "key" && has(qualifiers, before):
		return counted
	case string(segment) == "key" && string(before) == "routing":
		return strongOnly
	case string(segment) == "phrase" && string(before) == "pass":
		return passLike
	}
	for _, e := range endings[segment[len(segment)-1]] {
		if len(segment) < len(e.text) || string(segment[len(segment)-len(e.text):]) != e.text {
			continue
		}
		if has(noNames, segment) {
			return notName
		}
		return e.class
	}
	return notName
}
