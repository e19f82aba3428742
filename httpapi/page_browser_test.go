package httpapi_test

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/browsertest"
)

// desk is the screen of most tests.
func desk() browsertest.Screen { return browsertest.Screen{Width: 1280, Height: 900} }

// servePages serves both pages of a reporter.
func servePages(t *testing.T, r httpapi.Reporter, o httpapi.PageOptions) string {
	t.Helper()
	server := httptest.NewServer(httpapi.Routes(map[string]http.Handler{
		"/": httpapi.Page(r, o), "/checks/": httpapi.CheckPage(r, "/checks", o),
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// widest returns how wide the content of a page is.
func widest(tab *browsertest.Tab) (pixels int) {
	tab.Eval(`document.documentElement.scrollWidth`, &pixels)
	return pixels
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
	tab := browsertest.Start(t).Open(servePages(t, c, httpapi.PageOptions{}), browsertest.Screen{Width: 1280, Height: 900, Zone: "Asia/Tokyo"})
	tab.Wait(`document.title.startsWith("passed · ")`)
	tab.Wait(`document.title.startsWith("1 fail · ") && /look [2-9]/.test(document.body.textContent)`)
	tab.Wait(`document.getElementById("now").textContent.endsWith(" here)") && document.querySelector("header.top").classList.contains("fail")`)
	tab.WantNoComplaints()
}

// Every page in every state, on a phone and on a desk, light and dark: no
// complaint of the browser, nothing for axe-core, nothing wider than the screen.
func TestEveryoneCanReadThePages(t *testing.T) {
	browser := browsertest.Start(t)
	for name, s := range pageScenes() {
		t.Run(name, func(t *testing.T) {
			url := servePages(t, s, sceneOptions())
			paths, screens := []string{"/"}, []browsertest.Screen{{Width: 320, Height: 800, Dark: true}}
			switch name {
			case "nine", "thousand":
				screens = append(screens, browsertest.Screen{Width: 320, Height: 800}, browsertest.Screen{Width: 768, Height: 1024},
					desk(), browsertest.Screen{Width: 1280, Height: 900, Dark: true, ReducedMotion: true})
				if name == "nine" {
					paths = append(paths, "/checks/postgres", "/checks/orders")
				}
			case "long":
				screens = append(screens, desk())
				paths = append(paths, "/checks/"+s.report.Results[0].Check)
			}
			tab := browser.Open(url, desk())
			defer tab.Close()
			for _, path := range paths {
				for _, screen := range screens {
					tab.Look(screen)
					tab.Go(url + path)
					if wide := widest(tab); wide > screen.Width {
						t.Errorf("%s: %d pixels wide on a screen of %d", path, wide, screen.Width)
					}
					if name != "thousand" || screen == screens[0] || screen == desk() { // Ten seconds each.
						tab.Eval(`document.querySelectorAll("details").forEach(d => d.open = true)`, nil)
						tab.WantAccessible()
					}
					var moving int
					if tab.Eval(`document.getAnimations().length`, &moving); moving > 0 {
						t.Errorf("%s: %d animations", path, moving)
					}
					tab.WantNoComplaints()
					keepPicture(t, tab, name, path, screen)
				}
			}
		})
	}
}

// keepPicture writes a screenshot to the folder SCREENSHOTS, for people.
func keepPicture(t *testing.T, tab *browsertest.Tab, name, path string, s browsertest.Screen) {
	t.Helper()
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return
	}
	tab.Eval(`document.querySelectorAll("details").forEach(d => d.open = d.id === "pollers")`, nil)
	file := name
	if path != "/" {
		file += "-" + strings.ReplaceAll(path[1:], "/", "-")
	}
	file += fmt.Sprintf("-%d", s.Width)
	if s.Dark {
		file += "-dark"
	}
	if err := os.WriteFile(filepath.Join(dir, file+".png"), tab.Picture(4000), 0o644); err != nil {
		t.Fatal(err)
	}
}

// pageScenes are the states that a page can be in.
func pageScenes() map[string]*scene {
	scenes := map[string]*scene{"nine": nineChecks(), "thousand": thousandChecks()}
	add := func(name string, change func(s *scene)) {
		scenes[name] = nineChecks()
		change(scenes[name])
	}
	add("passed", func(s *scene) {
		s.report.Status, s.report.Results = collector.StatusPassed, s.report.Results[6:7]
	})
	add("degraded", func(s *scene) {
		s.report.Status, s.report.Results = collector.StatusDegraded, append(s.report.Results[2:4:4], s.report.Results[5:]...)
	})
	add("drained", func(s *scene) {
		s.report.Draining, s.report.DrainingBy, s.report.DrainingUntil = "kernel update", "frank", sceneTime().Add(time.Hour)
	})
	add("muted", func(s *scene) {
		s.report.Status = collector.StatusDegraded
		s.report.Results[0].Muted = &collector.Mute{Reason: "moved to the new host", By: "frank", Until: sceneTime().Add(2 * time.Hour)}
	})
	add("starting", func(s *scene) {
		for _, r := range s.report.Results[:5] {
			r.State, r.Passed, r.Output, r.Cause, r.Since, r.LastSuccess = collector.StateUnknown, false, "not checked yet", nil, time.Time{}, time.Time{}
		}
	})
	add("empty", func(s *scene) { s.report = collector.Report{Status: collector.StatusPassed, Time: sceneTime()} })
	add("long", func(s *scene) {
		long := failed(strings.Repeat("a_name_without_a_break_", 4), strings.Repeat("https://example.org/without/a/break/", 20))
		long.Runbook, long.Description = "https://wiki.example.org/"+strings.Repeat("x", 200), strings.Repeat("y", 200)
		long.Tags, long.Labels = []string{strings.Repeat("t", 100)}, map[string]string{"team": strings.Repeat("l", 100)}
		long.Values = []collector.Value{{Name: strings.Repeat("v", 90), Value: 1e300}}
		s.report.Draining = strings.Repeat("z", 256)
		s.report.Results = append([]*collector.Result{long}, s.report.Results...)
		s.transitions[long.Check] = []collector.Transition{{Time: sceneTime(), State: collector.StateFailed, Output: strings.Repeat("w", 240)}}
	})
	return scenes
}

func TestThePageCanBeUsedWithTheKeyboard(t *testing.T) {
	tab := browsertest.Start(t).Open(servePages(t, nineChecks(), sceneOptions()), desk())
	seen := map[string]bool{}
	for range 60 {
		tab.Press("Tab")
		var focus struct {
			Name    string
			Visible bool
		}
		tab.Eval(`(e => ({name: e.localName + " " + (e.name || e.textContent.trim()).slice(0, 40), visible: e === document.body || getComputedStyle(e).outlineStyle !== "none"}))(document.activeElement)`, &focus)
		if !focus.Visible {
			t.Errorf("the focus on %s is not seen", focus.Name)
		}
		first := !seen[focus.Name]
		if seen[focus.Name] = true; first && focus.Name == "summary postgres fails; 2 checks wait for it" {
			tab.Press("Enter")
			tab.Wait(`document.getElementById("w:postgres").open`)
		}
	}
	for _, want := range []string{"input q", "select state", "button Filter", "a postgres", "a search", "a redis", "a orders", "summary Who asks: 3", "a metrics, for Prometheus"} {
		if !seen[want] {
			t.Errorf("the Tab key does not lead to %q, but to %v", want, seen)
		}
	}
	tab.WantNoComplaints()
}

func TestARefreshKeepsThePlaceAndTheFocus(t *testing.T) {
	s := thousandChecks()
	var asked atomic.Int64
	o := sceneOptions()
	o.Banners = func() []string { return []string{fmt.Sprintf("answer %d", asked.Add(1))} }
	tab := browsertest.Start(t).Open(servePages(t, s, o), desk())
	tab.Eval(`(document.getElementById("passed").open = true, document.getElementById("w:postgres").open = true, document.querySelector('.rows a[href="checks/shop-service-0500"]').focus(), scrollTo(0, 9000))`, nil)
	tab.Wait(`document.getElementById("banners").textContent.includes("answer 3")`)
	var after struct {
		Y       int
		Focus   string
		Open    int
		Passed  bool
		Waiting bool
	}
	tab.Eval(`({y: scrollY, focus: document.activeElement.textContent, passed: document.getElementById("passed").open, waiting: document.getElementById("w:postgres").open})`, &after)
	if after.Y != 9000 || after.Focus != "shop-service-0500" || !after.Passed || !after.Waiting {
		t.Errorf("after two refreshes: %+v", after)
	}
	tab.WantNoComplaints()
}

// The address that a person types may have user and password, which a script must
// not repeat.
func TestTheButtonRunsACheckBehindBasicAuthentication(t *testing.T) {
	s, o := nineChecks(), sceneOptions()
	routes := httpapi.Routes(map[string]http.Handler{
		"/": httpapi.Page(s, o), "/checks/": httpapi.CheckPage(s, "/checks", o),
		"/-/run/": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "%s %s from %s\nsecond line", r.Method, r.URL.Path, r.Header.Get("Sec-Fetch-Site"))
		}),
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "anna" || password != "secret" {
			w.Header().Set("WWW-Authenticate", "Basic")
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		routes.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	url := strings.Replace(server.URL, "http://", "http://anna:secret@", 1) + "/checks/postgres"
	const want = "POST /-/run/postgres from same-origin"
	tab := browsertest.Start(t).Open(url, desk())
	tab.Eval(`document.querySelector("#run button").click()`, nil)
	tab.Wait(`document.querySelector("#run output").textContent === "` + want + `"`)
	tab.WantNoComplaints()
	tab.Look(browsertest.Screen{Width: 1280, Height: 900, NoScript: true})
	tab.Go(url)
	tab.Eval(`document.querySelector("#run button").click()`, nil)
	tab.Wait(`document.body.innerText.startsWith("` + want + `")`)
}

func TestABrowserFilters(t *testing.T) {
	tab := browsertest.Start(t).Open(servePages(t, nineChecks(), sceneOptions()), desk())
	tab.Eval(`(document.querySelector("select[name=state]").value = "failed", document.querySelector("select[name=label]").value = "team=search", document.querySelector("form button").click())`, nil)
	tab.Wait(`location.search.includes("state=failed") && location.search.includes("label=team%3Dsearch")`)
	tab.Wait(`document.querySelectorAll("#checks h3 a").length === 1 && document.querySelector("#checks h3 a").textContent === "search"`)
	tab.Eval(`[...document.querySelectorAll("form a")].find(a => a.textContent === "show all").click()`, nil)
	tab.Wait(`location.search === "" && document.querySelectorAll("#checks h3 a").length === 3`)
	tab.WantNoComplaints()
}

func TestThePagesReadWithoutScriptAndOnPaper(t *testing.T) {
	browser := browsertest.Start(t)
	url := servePages(t, thousandChecks(), sceneOptions())
	tab := browser.Open(url, browsertest.Screen{Width: 320, Height: 800, NoScript: true})
	paper := browser.Open(url, browsertest.Screen{Width: 800, Height: 1100, Paper: true, Dark: true})
	var text string
	tab.Eval(`document.body.innerText`, &text)
	for _, want := range []string{"3:12:44 UTC", "connection refused", "Takes this instance out: postgres", "revision 9c5dbc9"} {
		if !strings.Contains(text, want) {
			t.Errorf("without script: no %q in\n%.2000s", want, text)
		}
	}
	var printed struct {
		Form, Row float64
		Back      string
	}
	paper.Eval(`({form: document.querySelector("form").getBoundingClientRect().height, row: [...document.querySelectorAll("#passed li")].at(-1).getBoundingClientRect().height, back: getComputedStyle(document.body).backgroundColor})`, &printed)
	if printed.Form != 0 || printed.Row < 10 || printed.Back != "rgb(255, 255, 255)" {
		t.Errorf("on paper: %+v, want no form, the passed checks, white", printed)
	}
	picture, err := png.Decode(bytes.NewReader(paper.Picture(1100)))
	if err != nil || picture.Bounds().Dx() != 800 {
		t.Errorf("picture: %v", err)
	}
}

func TestTimesAreInUTCAndInTheZoneOfTheReader(t *testing.T) {
	url := servePages(t, nineChecks(), sceneOptions())
	tab := browsertest.Start(t).Open(url+"/checks/postgres", browsertest.Screen{Width: 1280, Height: 900, Zone: "Asia/Tokyo"})
	tab.Wait(`document.getElementById("now").textContent === "03:12:44 UTC (12:12:44 here)"`)
	tab.Wait(`document.body.innerText.includes("2026-11-21 01:12:44 UTC (10:12:44 here)")`)
	tab.Look(browsertest.Screen{Width: 1280, Height: 900, Zone: "America/Los_Angeles"})
	tab.Go(url + "/checks/postgres")
	tab.Wait(`document.body.innerText.includes("2026-11-21 01:12:44 UTC (20/11/2026, 17:12:44 here)")`)
	tab.Look(browsertest.Screen{Width: 1280, Height: 900, Zone: "UTC"}) // Where both are the same, once is enough.
	tab.Go(url + "/checks/postgres")
	tab.Wait(`document.querySelector("#now").title !== "" && document.getElementById("now").textContent === "03:12:44 UTC"`)
	tab.WantNoComplaints()
}

func TestAThousandChecksAreUsableAtOnce(t *testing.T) {
	browser := browsertest.Start(t)
	tab := browser.Open(servePages(t, thousandChecks(), sceneOptions()), browsertest.Screen{Width: 320, Height: 800})
	var page struct {
		Loaded, Height float64
	}
	tab.Eval(`({loaded: performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd, height: document.documentElement.scrollHeight})`, &page)
	if page.Loaded > 10_000 || page.Height > 12_000 {
		t.Errorf("usable after %.0f ms, %.0f pixels high", page.Loaded, page.Height)
	}
	t.Logf("usable after %.0f ms, %.0f pixels high", page.Loaded, page.Height)
}
