package probe

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// A query is a question with its encoded messages.
type query struct {
	id       uint16
	question dnsmessage.Question
	message  []byte
	plain    []byte // the message without EDNS, for servers that do not know it
}

// A dnsAnswer holds the parts of an answer that the check looks at.
type dnsAnswer struct {
	rcode     dnsmessage.RCode
	truncated bool
	records   []string // of the type that was asked for, sorted, as recordText writes them
	ttl       uint32   // the smallest of them, in seconds
}

// errStranger is a message that does not answer our question: it has another id
// or another question, or is not a DNS message.
var errStranger = errors.New("the message does not answer the question")

// newQuery packs a question under an id that cannot be guessed.
func newQuery(question dnsmessage.Question, recursion bool) (query, error) {
	var id [2]byte
	rand.Read(id[:]) // It never fails.
	q := query{id: binary.BigEndian.Uint16(id[:]), question: question}
	var edns dnsmessage.ResourceHeader
	if err := edns.SetEDNS0(maxDatagram, dnsmessage.RCodeSuccess, false); err != nil {
		return query{}, err
	}
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: q.id, RecursionDesired: recursion},
		Questions: []dnsmessage.Question{question},
	}
	var err error
	if q.plain, err = m.Pack(); err != nil {
		return query{}, err
	}
	m.Additionals = []dnsmessage.Resource{{Header: edns, Body: &dnsmessage.OPTResource{}}}
	q.message, err = m.Pack()
	return q, err
}

// withoutEDNS returns the same question for a server that does not know EDNS
// (RFC 6891, section 7).
func (q query) withoutEDNS() query {
	q.message = q.plain
	return q
}

// parse reads a message. The error is errStranger if the message does not answer
// q, and another error if the answer is malformed.
func (q query) parse(message []byte) (dnsAnswer, error) {
	var p dnsmessage.Parser
	header, err := p.Start(message)
	if err != nil || !header.Response || header.ID != q.id {
		return dnsAnswer{}, errStranger
	}
	questions, err := p.AllQuestions()
	if err != nil || !q.echoed(questions, header.RCode) {
		return dnsAnswer{}, errStranger
	}
	answer := dnsAnswer{rcode: header.RCode, truncated: header.Truncated}
	if header.Truncated {
		return answer, nil
	}
	section, err := readAnswers(&p, message)
	if err != nil {
		return dnsAnswer{}, fmt.Errorf("malformed message: %w", err)
	}
	answer.take(section, q.question)
	return answer, nil
}

// echoed reports whether questions contains exactly our question. An error
// response may omit the question, because the server has not understood it or
// saves the bytes.
func (q query) echoed(questions []dnsmessage.Question, rcode dnsmessage.RCode) bool {
	if len(questions) == 0 {
		return rcode != dnsmessage.RCodeSuccess
	}
	echo := questions[0]
	return len(questions) == 1 && echo.Type == q.question.Type && echo.Class == q.question.Class &&
		strings.EqualFold(echo.Name.String(), q.question.Name.String())
}

// A record is a resource record of the answer section.
type record struct {
	owner string
	kind  dnsmessage.Type
	ttl   uint32
	text  string
}

// readAnswers reads the records of the types we know, and skips others. Names are
// read from the message itself, because dnsmessage refuses a dot within a label.
func readAnswers(p *dnsmessage.Parser, message []byte) ([]record, error) {
	var section []record
	place := skipQuestions(message)
	for {
		header, err := p.AnswerHeader()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			return section, nil
		}
		if err != nil {
			return nil, err
		}
		data := skipName(message, place) + recordHead
		place = data + int(header.Length)
		if header.Class != dnsmessage.ClassINET || typeText(header.Type) == "" {
			if err = p.SkipAnswer(); err != nil {
				return nil, err
			}
			continue
		}
		text, err := answerText(p, header.Type, message, data)
		if err != nil {
			return nil, err
		}
		section = append(section, record{domainText(header.Name.String()), header.Type, header.TTL, text})
	}
}

// answerText reads the data at place, which is the next answer of p.
func answerText(p *dnsmessage.Parser, kind dnsmessage.Type, message []byte, place int) (text string, err error) {
	known := false
	if layout, named := recordLayouts[kind]; named {
		text, known = fieldsText(message, place, layout)
		err = p.SkipAnswer()
	} else if resource, failed := p.Answer(); failed == nil {
		text, known = recordText(resource.Body)
	} else {
		err = failed
	}
	if err == nil && !known {
		err = fmt.Errorf("a record of type %s cannot be read", typeText(kind))
	}
	return text, err
}

// take keeps the records of the wanted type that belong to the name asked for
// or to an alias of it.
func (a *dnsAnswer) take(section []record, question dnsmessage.Question) {
	owner := domainText(question.Name.String())
	alias := map[string]string{}
	for _, r := range section {
		if r.kind == dnsmessage.TypeCNAME && question.Type != dnsmessage.TypeCNAME {
			alias[r.owner] = r.text
		}
	}
	for range len(alias) { // Aliases may form a ring.
		if to, ok := alias[owner]; ok {
			owner = to
		}
	}
	for _, r := range section {
		if r.kind != question.Type || r.owner != owner {
			continue
		}
		if len(a.records) == 0 || r.ttl < a.ttl {
			a.ttl = r.ttl
		}
		a.records = append(a.records, r.text)
	}
	slices.Sort(a.records)
	a.records = slices.Compact(a.records)
}

// typeText returns the name of a supported type, or the empty string.
func typeText(t dnsmessage.Type) string {
	for name, known := range dnsTypes {
		if known == t {
			return name
		}
	}
	return ""
}

func rcodeText(code dnsmessage.RCode) string {
	if int(code) < len(rcodes) {
		return rcodes[code]
	}
	return fmt.Sprintf("RCODE%d", code)
}
