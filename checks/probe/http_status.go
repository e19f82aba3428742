package probe

import (
	"fmt"
	"strconv"
	"strings"
)

// statusRange is a range of wanted codes from first to last, inclusive.
type statusRange struct{ first, last int }

// statusSet is the set of wanted codes. Failures show it.
type statusSet []statusRange

// statuses parses codes and ranges. An empty list means 200 to 299.
func (f *faults) statuses(list []string) statusSet {
	if len(list) == 0 {
		return statusSet{{200, 299}}
	}
	var set statusSet
	for _, s := range list {
		r, ok := parseStatus(s)
		if !ok {
			f.Add("status", "%q, want a code or a range such as 304 or 200-299", s)
		}
		set = append(set, r)
	}
	return set
}

func parseStatus(s string) (r statusRange, ok bool) {
	from, to, isRange := strings.Cut(strings.TrimSpace(s), "-")
	if !isRange {
		to = from
	}
	r.first, _ = strconv.Atoi(strings.TrimSpace(from)) // With an error it is out of range, too.
	r.last, _ = strconv.Atoi(strings.TrimSpace(to))
	return r, 200 <= r.first && r.first <= r.last && r.last <= 999
}

func (set statusSet) contains(code int) bool {
	for _, r := range set {
		if r.first <= code && code <= r.last {
			return true
		}
	}
	return false
}

// String lists the codes for use in a sentence: "200 to 299 or 304".
func (set statusSet) String() string {
	words := make([]string, len(set))
	for i, r := range set {
		words[i] = strconv.Itoa(r.first)
		if r.last != r.first {
			words[i] = fmt.Sprintf("%d to %d", r.first, r.last)
		}
	}
	return strings.Join(words, " or ")
}
