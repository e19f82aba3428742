package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

func TestATemplateIsTheBody(t *testing.T) {
	f := plain()
	f.report.Results[1].Output = "one\ntwo"
	body, err := httpapi.Template(`{{.Status}}:{{range .Results}} {{.Check}}={{line .Output}}{{end}} {{json .Draining}}`)
	if err != nil {
		t.Fatal(err)
	}
	o := httpapi.Options{Failed: httpapi.Answer{Status: 503, Body: body, Header: http.Header{"Content-Type": {"text/x-own"}}}}
	res := get(t, httpapi.Healthcheck(f, o), "/healthcheck")
	if want := `failed: redis=redis ok db=one\ntwo ""`; res.Code != 503 || res.body != want || res.Header().Get("Content-Type") != "text/x-own" {
		t.Errorf("%d %s %s, want %s", res.Code, res.Header().Get("Content-Type"), res.body, want)
	}
	if res := get(t, httpapi.Healthcheck(f, o), "/healthcheck?format=text"); !strings.HasPrefix(res.body, "[+] redis") {
		t.Errorf("?format=text: %s", res.body)
	}
	o.HideOutput = true
	if res := get(t, httpapi.Healthcheck(f, o), "/healthcheck"); res.body != `failed: redis= db= ""` {
		t.Errorf("with HideOutput: %s", res.body)
	}
}

func TestATemplateThatFailsIsRefusedOrReplacedByJSON(t *testing.T) {
	for text, want := range map[string]string{
		"{{":                       "unclosed action",
		"{{.Nothing}}":             "can't evaluate field Nothing",
		"{{range .Results}}{{.X}}": "unexpected EOF",
		"{{nothing}}":              `function "nothing" not defined`,
	} {
		if _, err := httpapi.Template(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	body, err := httpapi.Template(`{{range .Results}}{{if eq .Check "redis"}}{{index .Tags 3}}{{end}}{{end}}`)
	if err != nil {
		t.Fatal(err)
	}
	endless, err := httpapi.Template(`{{range .Results}}{{if eq .Check "redis"}}{{range 5000000}}x{{end}}{{end}}{{end}}`)
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []func(collector.Report) ([]byte, error){body, endless} {
		res := get(t, httpapi.Healthcheck(plain(), httpapi.Options{Failed: httpapi.Answer{Body: body}}), "/healthcheck")
		if res.Code != 500 || checkers(t, res) != "redis db" {
			t.Errorf("%d %.200s", res.Code, res.body)
		}
	}
}
