package probe

import "errors"

// Nameservers is for tests: resolv.conf cannot be put elsewhere.
var Nameservers = nameservers

// ParseAnswer parses a message as the answer to a question of that id for the A
// records of www.example.org.
func ParseAnswer(id uint16, message []byte) (records []string, stranger bool, err error) {
	c, err := DNS{Name: "www.example.org", Server: "192.0.2.53"}.compile()
	if err != nil {
		return nil, false, err
	}
	q, err := newQuery(c.question, true)
	if err != nil {
		return nil, false, err
	}
	q.id = id
	answer, err := q.parse(message)
	return answer.records, errors.Is(err, errStranger), err
}

// Excerpt is for the fuzz test.
var Excerpt = excerpt
