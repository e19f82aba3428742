//go:build unix

package e2e_test

import (
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// pythonAnswer is an answer of the Python library with two checks.
const pythonAnswer = `{"hostname": "old", "status": "failure", "timestamp": 1795337884.6, "results": [` +
	`{"checker": "fine", "output": "fine ok", "passed": true, "timestamp": 1795337884.5, "expires": 1795337911.5, "response_time": 0.0}, ` +
	`{"checker": "bad", "output": "no", "passed": false, "timestamp": 1795337884.5, "expires": 1795337893.5, "response_time": 0.0}]}`

func TestTheScriptForMigrationComparesBothSides(t *testing.T) {
	t.Parallel()
	testservers.Need(t, "python3")
	comparison := oneBlock(t, "docs/migration.md", "sh", "compare.py").text
	e := start(t, `
checks:
  - {name: fine, exec: {command: [/bin/true]}}
  - {name: bad, exec: {command: [/bin/false]}}
`)
	old := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = w.Write([]byte(pythonAnswer))
	}))
	defer old.Close()
	for name, c := range map[string]struct {
		old, new, want string
		status         int
	}{
		"the same":     {old.URL, e.url + "/healthcheck", "no difference\n", 0},
		"other checks": {old.URL, e.url + "/healthcheck?check=fine", "status: 500, now 200\n\"status\": failure, now success\ncheck bad: missing\n", 1},
		"other order":  {e.url + "/healthcheck?exclude=bad", e.url + "/healthcheck?format=plain", "not a report: b'NOT OK'", 2},
		"verbose":      {old.URL, e.url + "/healthcheck?verbose&check=bad", "check bad: members: [", 1},
		"nobody":       {"http://127.0.0.1:1/", e.url + "/healthcheck", "http://127.0.0.1:1/: ", 2},
		"no address":   {"here", e.url + "/healthcheck", "here: ", 2},
	} {
		run := exec.CommandContext(t.Context(), "/bin/sh", "-c", replace(t, comparison,
			"http://127.0.0.1:5000/healthcheck", c.old, "http://127.0.0.1:10927/healthcheck", "'"+c.new+"'"))
		run.Dir = root
		out, err := run.CombinedOutput()
		if run.ProcessState.ExitCode() != c.status || !strings.Contains(string(out), c.want) {
			t.Errorf("%s: %v, exit status %d, want %d and %q\n%s", name, err, run.ProcessState.ExitCode(), c.status, c.want, out)
		}
	}
}
