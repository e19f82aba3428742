package browsertest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

// A Screen describes the screen and the preferences of a person.
type Screen struct {
	// Width and Height are in CSS pixels.
	Width, Height int
	// Dark and ReducedMotion are what the person prefers.
	Dark, ReducedMotion bool
	// Paper shows the page as it is printed.
	Paper bool
	// Zone is the person's time zone, such as Asia/Tokyo. Empty means that of the
	// machine.
	Zone string
	// NoScript runs no script of the page.
	NoScript bool
}

// A Tab is an open page.
type Tab struct {
	browser *Browser
	target  string
	session string

	mu         sync.Mutex
	complaints []string
}

// Open opens a URL and waits until it is loaded.
func (b *Browser) Open(url string, s Screen) *Tab {
	b.t.Helper()
	var target struct {
		ID string `json:"targetId"`
	}
	b.must("", "Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct {
		Session string `json:"sessionId"`
	}
	b.must("", "Target.attachToTarget", map[string]any{"targetId": target.ID, "flatten": true}, &attached)
	tab := &Tab{browser: b, target: target.ID, session: attached.Session}
	b.mu.Lock()
	b.tabs[tab.session] = tab
	b.mu.Unlock()
	for _, domain := range []string{"Page", "Runtime", "Log"} {
		tab.call(domain+".enable", nil, nil)
	}
	tab.Look(s)
	tab.Go(url)
	return tab
}

// Close closes the tab.
func (t *Tab) Close() {
	t.browser.t.Helper()
	t.browser.must("", "Target.closeTarget", map[string]string{"targetId": t.target}, nil)
}

// Look changes the screen.
func (t *Tab) Look(s Screen) {
	t.browser.t.Helper()
	t.call("Emulation.setDeviceMetricsOverride", map[string]any{
		"width": s.Width, "height": s.Height, "deviceScaleFactor": 1, "mobile": s.Width < 500,
	}, nil)
	feature := func(name, value string) map[string]string { return map[string]string{"name": name, "value": value} }
	scheme, motion, media := "light", "no-preference", ""
	if s.Dark {
		scheme = "dark"
	}
	if s.ReducedMotion {
		motion = "reduce"
	}
	if s.Paper {
		media = "print"
	}
	t.call("Emulation.setEmulatedMedia", map[string]any{"media": media, "features": []map[string]string{
		feature("prefers-color-scheme", scheme), feature("prefers-reduced-motion", motion),
	}}, nil)
	t.call("Emulation.setTimezoneOverride", map[string]any{"timezoneId": s.Zone}, nil)
	t.call("Emulation.setLocaleOverride", map[string]any{"locale": "en-GB"}, nil)
	t.call("Emulation.setScriptExecutionDisabled", map[string]any{"value": s.NoScript}, nil)
}

// Go opens another URL in the tab.
func (t *Tab) Go(url string) {
	t.browser.t.Helper()
	var loaded struct {
		Error string `json:"errorText"`
	}
	t.call("Page.navigate", map[string]any{"url": url}, &loaded)
	if loaded.Error != "" {
		t.browser.t.Fatalf("%s: %s", url, loaded.Error)
	}
	t.Wait(`document.readyState === "complete" && location.href !== "about:blank"`) // Page.navigate replies when the new document is there.
}

func (t *Tab) call(method string, params, into any) {
	t.browser.t.Helper()
	t.browser.must(t.session, method, params, into)
}

// Eval returns the value of a JavaScript expression in the page, decoded into a
// value unless that is nil. A promise is awaited.
func (t *Tab) Eval(expression string, into any) {
	t.browser.t.Helper()
	if err := t.eval(expression, into); err != nil {
		t.browser.t.Fatalf("%.200s: %v", expression, err)
	}
}

func (t *Tab) eval(expression string, into any) error {
	var result struct {
		Result struct {
			Value json.RawMessage `json:"value"`
		} `json:"result"`
		Exception *exception `json:"exceptionDetails"`
	}
	err := t.browser.call(t.session, "Runtime.evaluate", map[string]any{
		"expression": expression, "returnByValue": true, "awaitPromise": true, "userGesture": true,
	}, &result)
	switch {
	case err != nil:
		return err
	case result.Exception != nil:
		return fmt.Errorf("%s", result.Exception)
	case into == nil:
		return nil
	}
	return json.Unmarshal(result.Result.Value, into)
}

// Wait waits until an expression is true in the page.
func (t *Tab) Wait(expression string) {
	t.browser.t.Helper()
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		var is bool
		if err = t.eval("!!("+expression+")", &is); err == nil && is {
			return
		}
	}
	var document string
	t.Eval("document.body.innerText", &document)
	t.browser.t.Fatalf("never true: %s (%v)\n%s", expression, err, document)
}

// Press presses and releases a key, such as Tab or Enter.
func (t *Tab) Press(key string) {
	t.browser.t.Helper()
	codes := map[string]int{"Tab": 9, "Enter": 13, "Escape": 27, " ": 32}
	down := map[string]any{"type": "keyDown", "key": key, "code": key, "windowsVirtualKeyCode": codes[key]}
	switch key {
	case "Enter":
		down["text"] = "\r"
	case " ":
		down["text"], down["code"] = " ", "Space"
	}
	t.call("Input.dispatchKeyEvent", down, nil)
	t.call("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": key, "code": down["code"], "windowsVirtualKeyCode": codes[key]}, nil)
}

// Picture returns a PNG of the page, at most height pixels of it. Zero means all
// of it.
func (t *Tab) Picture(height int) []byte {
	t.browser.t.Helper()
	var metrics struct {
		Content struct{ Width, Height float64 } `json:"cssContentSize"`
	}
	t.call("Page.getLayoutMetrics", nil, &metrics)
	tall := metrics.Content.Height
	if height > 0 {
		tall = min(tall, float64(height))
	}
	var shot struct{ Data string }
	t.call("Page.captureScreenshot", map[string]any{"captureBeyondViewport": true, "clip": map[string]any{
		"x": 0, "y": 0, "width": metrics.Content.Width, "height": tall, "scale": 1,
	}}, &shot)
	png, err := base64.StdEncoding.DecodeString(shot.Data)
	if err != nil {
		t.browser.t.Fatal(err)
	}
	return png
}
