package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
)

// A Dumper says what a host and a process are. It must be safe for concurrent
// use. *envinfo.Dump implements it.
type Dumper interface {
	// Sections returns the names of the sections in the order of the dump.
	Sections() []string
	// Section returns one section as JSON, scrubbed and in bounded time, or
	// false when there is none of that name.
	Section(ctx context.Context, name string) (json.RawMessage, bool)
}

// EnvironmentOptions are the settings of [Environment]. The zero value is useful.
type EnvironmentOptions struct {
	// Header is added to the header of every answer.
	Header http.Header
}

// Environment shows a dump as one JSON object: all sections at its own path,
// at /environment/{section} an object with that one. It answers GET and HEAD.
// It lets everybody in: see [Guard].
func Environment(d Dumper, o EnvironmentOptions) http.Handler {
	extra := newOutcome(Answer{Status: http.StatusOK, Header: o.Header}, nil, "")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header["Cache-Control"] = noStore
		header["X-Content-Type-Options"] = noSniff
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			refuseMethod(w, r, allowRead)
			return
		}
		names, err := chosenSections(r, d)
		if err != nil {
			refuse(w, r, http.StatusNotFound, err)
			return
		}
		for _, line := range extra.header {
			header[line.key] = line.values
		}
		send(w, r, http.StatusOK, orElse(extra.contentType, typeJSON), nil, dump(r.Context(), d, names))
	})
}

// chosenSections returns the names that the request's path selects.
func chosenSections(r *http.Request, d Dumper) ([]string, error) {
	all := d.Sections()
	name, ok := below(r, "environment")
	if !ok {
		return nil, errNothingThere
	}
	if name == "" {
		return all, nil
	}
	for _, s := range all {
		if s == name {
			return []string{name}, nil
		}
	}
	return nil, fmt.Errorf("unknown section %q", clip(name))
}

// dump reads the sections side by side, so that several slow ones take as long
// as one.
func dump(ctx context.Context, d Dumper, names []string) []byte {
	members := make([][]byte, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() { members[i] = dumpOne(ctx, d, name) })
	}
	wg.Wait()
	b := []byte{'{'}
	for i, name := range names {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(appendString(b, name), ": "...)
		b = append(b, members[i]...)
	}
	return append(b, '}')
}

// dumpOne fails closed: what is not JSON is not shown. A panic must not end the
// process; its text may hold anything, and so is not shown either.
func dumpOne(ctx context.Context, d Dumper, name string) (member []byte) {
	defer func() {
		if recover() != nil {
			member = dumpFailure(errors.New("panic"))
		}
	}()
	raw, ok := d.Section(ctx, name)
	if !ok {
		return dumpFailure(errors.New("the section is gone"))
	}
	member, ok = appendJSON(nil, raw)
	if !ok {
		return dumpFailure(errors.New("the section is not JSON"))
	}
	return member
}

func dumpFailure(err error) []byte {
	return append(appendString([]byte(`{"error": `), err.Error()), '}')
}
