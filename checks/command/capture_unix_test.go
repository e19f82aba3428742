//go:build unix

package command

import (
	"strings"
	"testing"
	"time"
)

// The goroutine that reads may get no processor before the deadline is over.
func TestOutputThatNobodyHasReadInTimeIsKept(t *testing.T) {
	for name, text := range map[string]string{"short": "late", "long": strings.Repeat("x", 48<<10), "none": ""} {
		t.Run(name, func(t *testing.T) {
			c, writeEnd, err := newCapture()
			if err != nil {
				t.Fatal(err)
			}
			defer writeEnd.Close() // As of a process that could not be killed.
			if err := c.pipe.SetReadDeadline(time.Unix(1, 0)); err != nil {
				t.Fatal(err)
			}
			<-c.done
			if _, err := writeEnd.WriteString(text); err != nil {
				t.Fatal(err)
			}
			if got := c.finish(time.Time{}); got != text {
				t.Errorf("finish() = %d bytes, want the %d in the pipe", len(got), len(text))
			}
		})
	}
}
