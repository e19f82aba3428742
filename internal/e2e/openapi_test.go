//go:build unix

package e2e_test

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/schematest"
)

// An operationCall is a request and the status that it should be answered with.
type operationCall struct {
	operation string // method and path as in the document
	path      string // as requested
	status    int
	host      string // empty: that of the address
	token     string
}

// operationCalls has at least one request for each status of each operation in
// docs/openapi.yaml.
var operationCalls = []operationCall{
	{operation: "get /healthcheck", path: "/healthcheck?tag=fine&verbose", status: 200},
	{operation: "get /healthcheck", path: "/healthcheck?verbose", status: 500},
	{operation: "get /healthcheck", path: "/healthcheck?exclude=bad&exclude=waits&exclude=job", status: 200},
	{operation: "get /healthcheck", path: "/healthcheck?view=empty", status: 200},
	{operation: "get /healthcheck", path: "/healthcheck?format=xml", status: 400},
	{operation: "get /healthcheck", path: "/healthcheck?check=nope", status: 404},
	{operation: "get /healthcheck/{check}", path: "/healthcheck/fine", status: 200},
	{operation: "get /healthcheck/{check}", path: "/healthcheck/bad", status: 500},
	{operation: "get /healthcheck/{check}", path: "/healthcheck/nope", status: 404},
	{operation: "get /healthcheck/{check}", path: "/healthcheck/fine?format=xml", status: 400},
	{operation: "get /-/healthy", path: "/-/healthy", status: 200},
	{operation: "get /-/ready", path: "/-/ready", status: 200},
	{operation: "get /environment", path: "/environment", status: 200},
	{operation: "get /environment", path: "/environment", host: "example.org", status: 403},
	{operation: "get /environment/{section}", path: "/environment/os", status: 200},
	{operation: "get /environment/{section}", path: "/environment/os", host: "example.org", status: 403},
	{operation: "get /environment/{section}", path: "/environment/nope", status: 404},
	{operation: "get /metrics", path: "/metrics", status: 200},
	{operation: "get /", path: "/", status: 200},
	{operation: "get /checks/{check}", path: "/checks/fine", status: 200},
	{operation: "get /checks/{check}", path: "/checks/nope", status: 404},
	{operation: "post /heartbeat/{check}/start", path: "/heartbeat/job/start", token: "open-sesame", status: 200},
	{operation: "post /heartbeat/{check}/start", path: "/heartbeat/job/start", status: 403},
	{operation: "post /heartbeat/{check}/start", path: "/heartbeat/fine/start", status: 404},
	{operation: "post /heartbeat/{check}", path: "/heartbeat/job?exit_code=0&duration=90s", token: "open-sesame", status: 200},
	{operation: "post /heartbeat/{check}", path: "/heartbeat/job?exit_code=much", token: "open-sesame", status: 400},
	{operation: "post /heartbeat/{check}", path: "/heartbeat/job", token: "guessed", status: 403},
	{operation: "post /heartbeat/{check}", path: "/heartbeat/nope", status: 404},
	{operation: "post /heartbeat/{check}/fail", path: "/heartbeat/job/fail", token: "open-sesame", status: 200},
	{operation: "post /heartbeat/{check}/fail", path: "/heartbeat/job/fail", status: 403},
	{operation: "post /heartbeat/{check}/fail", path: "/heartbeat/fine/fail", status: 404},
	{operation: "post /-/mute", path: "/-/mute?check=bad&reason=known&for=1h", status: 200},
	{operation: "get /healthcheck/{check}", path: "/healthcheck/bad", status: 200}, // Muted.
	{operation: "post /-/mute", path: "/-/mute?check=bad&for=1h", status: 400},
	{operation: "post /-/mute", path: "/-/mute?check=bad&reason=known&for=1h", host: "example.org", status: 403},
	{operation: "post /-/unmute", path: "/-/unmute?check=bad", status: 200},
	{operation: "post /-/unmute", path: "/-/unmute?check=nope", status: 400},
	{operation: "post /-/unmute", path: "/-/unmute?check=bad", host: "example.org", status: 403},
	{operation: "post /-/drain", path: "/-/drain?reason=deploy&for=30m", status: 200},
	{operation: "get /healthcheck", path: "/healthcheck", status: 503},
	{operation: "get /healthcheck/{check}", path: "/healthcheck/fine", status: 503},
	{operation: "post /-/drain", path: "/-/drain?for=soon", status: 400},
	{operation: "post /-/drain", path: "/-/drain", host: "example.org", status: 403},
	{operation: "post /-/undrain", path: "/-/undrain", status: 200},
	{operation: "post /-/undrain", path: "/-/undrain", host: "example.org", status: 403},
	{operation: "post /-/run/{check}", path: "/-/run/bad", status: 200},
	{operation: "post /-/run/{check}", path: "/-/run/bad", status: 429},
	{operation: "post /-/run/{check}", path: "/-/run/fine?format=json", status: 200},
	{operation: "post /-/run/{check}", path: "/-/run/fine?format=plain", status: 400},
	{operation: "post /-/run/{check}", path: "/-/run/job", status: 400},
	{operation: "post /-/run/{check}", path: "/-/run/fine", host: "example.org", status: 403},
	{operation: "post /-/run/{check}", path: "/-/run/nope", status: 404},
	{operation: "post /-/diff", path: "/-/diff", status: 200},
	{operation: "post /-/diff", path: "/-/diff", host: "example.org", status: 403},
	{operation: "post /-/reload", path: "/-/reload", status: 200},
	{operation: "post /-/reload", path: "/-/reload", host: "example.org", status: 403},
}

// notProvoked are the answers that no request alone can cause.
var notProvoked = []string{"get /-/healthy 503", "get /-/ready 503", "post /-/reload 500", "post /-/diff 409", "post /-/diff 500"}

func TestTheOpenAPIDocumentIsThatOfTheAnswers(t *testing.T) {
	e := start(t, `
checks:
  - {name: fine, exec: {command: [/bin/true]}, tags: [fine], labels: {team: shop}, description: d, runbook: "https://wiki.example.org/fine"}
  - {name: bad, exec: {command: [/bin/false]}, optional: false, severity: warning}
  - {name: waits, exec: {command: [/bin/true]}, depends_on: [bad]}
  - {name: job, heartbeat: {max_age: 1h, token: open-sesame}}
views:
  empty: {checks: []}
`, "--web.enable-lifecycle")
	document := openAPI(t)
	untried := answersOf(document)
	for _, x := range operationCalls {
		status := strconv.Itoa(x.status)
		where := x.operation + " " + status
		untried = slices.DeleteFunc(untried, func(one string) bool { return one == where })
		content, described := described(document, x.operation, status)
		if !described {
			t.Errorf("%s: not in docs/openapi.yaml", where)
			continue
		}
		mediaType, body := x.answer(t, e.url)
		schema, listed := content[mediaType].(map[string]any)
		if !listed {
			t.Errorf("%s: docs/openapi.yaml does not list %s\n%s", where, mediaType, body)
			continue
		}
		var value any = body
		if mediaType == "application/json" {
			if err := json.Unmarshal([]byte(body), &value); err != nil {
				t.Errorf("%s: %v\n%s", where, err, body)
				continue
			}
		}
		if err := document.Valid(schema["schema"].(map[string]any), value, where); err != nil {
			t.Errorf("%v\n%s", err, body)
		}
	}
	if untried = slices.DeleteFunc(untried, func(one string) bool { return slices.Contains(notProvoked, one) }); len(untried) != 0 {
		t.Errorf("in docs/openapi.yaml, but not tried: %q", untried)
	}
}

func openAPI(t *testing.T) schematest.Schema {
	t.Helper()
	tree, err := schematest.FromYAML([]byte(read(t, "docs/openapi.yaml")))
	if err != nil {
		t.Fatal(err)
	}
	return schematest.New(tree.(map[string]any))
}

// answer sends the request and returns the type of the answer and its body.
func (x operationCall) answer(t *testing.T, url string) (mediaType, body string) {
	t.Helper()
	method, _, _ := strings.Cut(x.operation, " ")
	r, err := http.NewRequestWithContext(t.Context(), strings.ToUpper(method), url+x.path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = x.host
	if x.token != "" {
		r.Header.Set("Authorization", "Bearer "+x.token)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != x.status {
		t.Errorf("%s %s: status %d, want %d\n%s", x.operation, x.path, response.StatusCode, x.status, content)
	}
	mediaType, _, err = mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err != nil {
		t.Errorf("%s: %v", x.path, err)
	}
	return mediaType, string(content)
}

// described returns what the document says of an answer.
func described(document schematest.Schema, operation, status string) (content map[string]any, ok bool) {
	method, path, _ := strings.Cut(operation, " ")
	answer := document.Root()
	for _, name := range []string{"paths", path, method, "responses", status} {
		if answer, ok = answer[name].(map[string]any); !ok {
			return nil, false
		}
	}
	content, ok = answer["content"].(map[string]any)
	return content, ok
}

// answersOf lists the answers of the document: "get /healthcheck 200".
func answersOf(document schematest.Schema) []string {
	var all []string
	for path, item := range document.Root()["paths"].(map[string]any) {
		for method, operation := range item.(map[string]any) {
			for status := range operation.(map[string]any)["responses"].(map[string]any) {
				all = append(all, method+" "+path+" "+status)
			}
		}
	}
	slices.Sort(all)
	return all
}
