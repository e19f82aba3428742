package browsertest

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
)

// axeScript is axe-core 4.14.1 by Deque Systems, as its package at npm has it,
// under the Mozilla Public License 2.0: see axe-LICENSE. Its source is at
// https://github.com/dequelabs/axe-core.
//
//go:embed axe.min.js.gz
var axeScript []byte

// A violation is a rule of accessibility that a page breaks.
type violation struct {
	ID, Impact, Help string
	Nodes            []struct {
		HTML           string
		FailureSummary string
	}
}

// WantAccessible fails the test for each rule of axe-core that the page breaks,
// best practices included.
func (t *Tab) WantAccessible() {
	t.browser.t.Helper()
	unpacked, err := gzip.NewReader(bytes.NewReader(axeScript))
	if err != nil {
		t.browser.t.Fatal(err)
	}
	script, err := io.ReadAll(unpacked)
	if err != nil {
		t.browser.t.Fatal(err)
	}
	t.Eval(string(script)+";0", nil) // The protocol is not subject to the policy of the page.
	var result struct {
		Violations []violation
		Passes     int
	}
	t.Eval(`axe.run().then(r => ({violations: r.violations, passes: r.passes.length}))`, &result)
	if result.Passes < 10 {
		t.browser.t.Errorf("axe-core applied only %d rules", result.Passes)
	}
	for _, v := range result.Violations {
		text := fmt.Sprintf("%s (%s): %s", v.ID, v.Impact, v.Help)
		for _, n := range v.Nodes[:min(len(v.Nodes), 3)] {
			text += "\n\t" + n.HTML + "\n\t" + n.FailureSummary
		}
		t.browser.t.Error(text)
	}
}
