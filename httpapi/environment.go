package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
)

// A Dumper describes a host and a process. It must be safe for concurrent use.
// *envinfo.Dump implements it.
type Dumper interface {
	// Sections returns the names of the sections in the order of the dump.
	Sections() []string
	// Section returns one section as JSON, scrubbed and in bounded time. It
	// reports false if there is no section of that name.
	Section(ctx context.Context, name string) (json.RawMessage, bool)
}

// EnvironmentOptions are the settings of [Environment]. The zero value is useful.
type EnvironmentOptions struct {
	// Prefix is the path below which the handler reads the name of a section:
	// with "/environment", /environment shows all sections, /environment/os
	// shows one, and any other path is 404. With an empty Prefix the handler
	// shows all sections at any path, unless the router's pattern has a wildcard
	// {section} that fills [http.Request.PathValue].
	Prefix string
	// Header is added to the header of every answer.
	Header http.Header
}

// Environment returns a handler that shows a dump as one JSON object, or an
// object with one section. It answers GET and HEAD. It does not restrict
// access: see [Guard]. With a nil Dumper every answer is 500.
func Environment(d Dumper, o EnvironmentOptions) http.Handler {
	prefix, missing := cleanPrefix(o.Prefix), isNil(d)
	extra := newOutcome(Answer{Status: http.StatusOK, Header: o.Header}, nil, "")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header["Cache-Control"] = noStore
		header["X-Content-Type-Options"] = noSniff
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			refuseMethod(w, r, allowRead)
			return
		}
		if missing {
			refuse(w, r, http.StatusInternalServerError, errNoDumper)
			return
		}
		names, err := chosenSections(r, prefix, d)
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
func chosenSections(r *http.Request, prefix string, d Dumper) ([]string, error) {
	all := d.Sections()
	name, ok := named(r, prefix, "section")
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
	return nil, fmt.Errorf("unknown section %q", quoted(name))
}

// dump reads the sections concurrently, so that several slow ones take as long
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

// dumpOne fails closed: it shows only JSON. It recovers from a panic, whose
// text could contain secrets and is not shown either.
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
