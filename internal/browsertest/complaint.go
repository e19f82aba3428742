package browsertest

import (
	"encoding/json"
	"slices"
)

// An exception is an error that a script did not catch.
type exception struct {
	Text      string `json:"text"`
	Exception struct {
		Description string `json:"description"`
	} `json:"exception"`
}

func (e *exception) String() string { return e.Text + " " + e.Exception.Description }

// event records what the browser complains about: uncaught errors, everything
// that is written to the console, violations of the policy, requests that fail.
func (t *Tab) event(method string, params json.RawMessage) {
	var e struct {
		Exception exception `json:"exceptionDetails"`
		Entry     struct {
			Source, Level, Text, URL string
		}
		Type string
		Args []struct {
			Value       any    `json:"value"`
			Description string `json:"description"`
		}
	}
	if json.Unmarshal(params, &e) != nil {
		return
	}
	switch method {
	case "Runtime.exceptionThrown":
		t.complain("uncaught: " + e.Exception.String())
	case "Runtime.consoleAPICalled":
		for _, arg := range e.Args {
			text, _ := arg.Value.(string)
			t.complain("console: " + e.Type + ": " + text + arg.Description)
		}
	case "Log.entryAdded":
		t.complain(e.Entry.Source + ": " + e.Entry.Level + ": " + e.Entry.Text + " " + e.Entry.URL)
	}
}

func (t *Tab) complain(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.complaints = append(t.complaints, text)
}

// Complaints returns what the browser has complained about since the last call.
func (t *Tab) Complaints() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := slices.Clone(t.complaints)
	t.complaints = nil
	return all
}

// WantNoComplaints fails the test for each complaint.
func (t *Tab) WantNoComplaints() {
	t.browser.t.Helper()
	if all := t.Complaints(); len(all) > 0 {
		t.browser.t.Errorf("the browser complains:\n%s", lines(all))
	}
}
