package httpapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// browse returns the document that Chromium has after some seconds of its own
// time, and what it logs.
func browse(t *testing.T, url string, seconds int) (document, logged string) {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("there is no chromium")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	browser := exec.CommandContext(ctx, chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--enable-logging=stderr",
		"--user-data-dir="+t.TempDir(), fmt.Sprintf("--virtual-time-budget=%d", seconds*1000), "--dump-dom", url)
	var out, errs strings.Builder
	browser.Stdout, browser.Stderr = &out, &errs
	if err := browser.Run(); err != nil {
		t.Fatalf("chromium: %v\n%s", err, errs.String())
	}
	return out.String(), errs.String()
}

func TestABrowserRefreshesThePageUnderItsPolicy(t *testing.T) {
	var runs atomic.Int64
	c, err := collector.New(collector.Options{}, checks.Check{Name: "counted", SuccessTTL: -1, FailedTTL: -1, Func: func(context.Context) (string, error) {
		if n := runs.Add(1); n > 1 {
			return "", fmt.Errorf("look %d", n)
		}
		return "look 1", nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(httpapi.Page(c, httpapi.PageOptions{}))
	defer server.Close()
	document, logged := browse(t, server.URL, 12)
	if !regexp.MustCompile(`look [3-9]`).MatchString(document) || !strings.Contains(document, "<title>1 fail · ") {
		t.Errorf("after twelve seconds the page is\n%s", document)
	}
	if !strings.Contains(document, " here)") {
		t.Errorf("the page does not show the local time:\n%s", document)
	}
	for _, bad := range []string{"Content Security Policy", "CONSOLE", "Uncaught"} {
		if strings.Contains(logged, bad) {
			t.Errorf("the browser complains:\n%s", logged)
		}
	}
}

func TestThePagesFitIntoAPhone(t *testing.T) {
	f := &fake{report: pageReport()}
	long := failed(strings.Repeat("a_name_without_a_break_", 4), strings.Repeat("https://example.org/without/a/break/", 20))
	long.Runbook, long.Description = "https://wiki.example.org/"+strings.Repeat("x", 200), strings.Repeat("y", 200)
	long.Tags = []string{strings.Repeat("t", 100)}
	f.report.Results = append(f.report.Results, long)
	pages := map[string]http.Handler{
		"page":       httpapi.Page(f, httpapi.PageOptions{Banners: func() []string { return []string{strings.Repeat("z", 300)} }}),
		"check page": httpapi.CheckPage(f, "/", httpapi.PageOptions{}),
	}
	for name, path := range map[string]string{"page": "/", "check page": "/" + long.Check} {
		// A window of Chromium is at least 500 pixels wide; a frame may be a phone.
		mux := http.NewServeMux()
		mux.HandleFunc("/frame", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, get(t, pages[name], path).body) // Without its policy, which forbids frames.
		})
		mux.HandleFunc("/measure", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, `<!DOCTYPE html><body><iframe id="f" src="/frame" width="320" height="900" frameborder="0"></iframe><script>
onload = () => { const f = document.getElementById("f"); document.body.dataset.widths = f.contentWindow.innerWidth + " " + f.contentDocument.documentElement.scrollWidth }
</script></body>`)
		})
		server := httptest.NewServer(mux)
		document, _ := browse(t, server.URL+"/measure", 1)
		server.Close()
		window, content, err := widths(document)
		if err != nil || window != 320 || content > window {
			t.Errorf("%s: window %d, content %d pixels wide, %v, want at most 320", name, window, content, err)
		}
	}
}

// widths reads what the page has measured.
func widths(document string) (window, content int, err error) {
	m := regexp.MustCompile(`data-widths="(\d+) (\d+)"`).FindStringSubmatch(document)
	if m == nil {
		return 0, 0, errors.New("the page did not measure itself")
	}
	window, err = strconv.Atoi(m[1])
	if err != nil {
		return 0, 0, err
	}
	content, err = strconv.Atoi(m[2])
	return window, content, err
}
