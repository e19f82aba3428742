package httpapi_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

func TestThePageShowsStateAndLinksUnderAStrictPolicy(t *testing.T) {
	evil := failed("evil", `<script>alert("x")</script>`)
	evil.Runbook = "javascript:alert(1)"
	f := &fake{report: collector.Report{
		Status: collector.StatusFailed, Draining: "deploy <b>", Time: time.Unix(1795335664, 0),
		Results: []*collector.Result{passed("redis"), rich(), evil},
	}}
	h := httpapi.Routes(map[string]http.Handler{"/": httpapi.Page(f, []httpapi.Link{{"/metrics", "for Prometheus"}})})
	res := get(t, h, "/")
	for _, want := range []string{
		"<!DOCTYPE html>", "redis ok", `<td class="passed">passed</td>`, `<td class="failed">failed</td>`, "warning: 86 % used",
		`href="https://wiki.example.org/disk"`, `<a href="/metrics">/metrics</a> for Prometheus`, "deploy &lt;b&gt;", "&lt;script&gt;", "312µs", "<td>1h</td>",
	} {
		if !strings.Contains(res.body, want) {
			t.Errorf("%q is not on the page:\n%s", want, res.body)
		}
	}
	for _, forbidden := range []string{"<script", "javascript:", "style=", "src=", "http://"} {
		if strings.Contains(res.body, forbidden) {
			t.Errorf("%q is on the page:\n%s", forbidden, res.body)
		}
	}
	_, style, _ := strings.Cut(res.body, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	hash := sha256.Sum256([]byte(style))
	want := "default-src 'none'; frame-ancestors 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'"
	if got := res.Header().Get("Content-Security-Policy"); got != want || len(style) < 100 {
		t.Errorf("policy %q, want %q", got, want)
	}
	if res.Code != 200 || res.Header().Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("%d %s", res.Code, res.Header().Get("Content-Type"))
	}
	if head := do(t, h, http.MethodHead, "/"); head.body != "" || head.Header().Get("Content-Length") != res.Header().Get("Content-Length") {
		t.Errorf("HEAD: %q, Content-Length %s", head.body, head.Header().Get("Content-Length"))
	}
	if res := do(t, h, "POST", "/"); res.Code != 405 {
		t.Errorf("POST: %d", res.Code)
	}
	f.report = collector.Report{Status: collector.StatusPassed}
	if body := get(t, h, "/").body; !strings.Contains(body, "There are no checks.") {
		t.Errorf("without checks: %s", body)
	}
	if res := get(t, httpapi.Page(broken{}, nil), "/"); res.Code != 500 {
		t.Errorf("broken: %d", res.Code)
	}
}
