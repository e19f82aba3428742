package collector

import (
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

const (
	// maxInput is how much of a check's text is read, in bytes.
	maxInput = 64 << 10
	// maxOutput is how much of it is shown, in bytes, the ellipsis included.
	maxOutput = 1 << 10
	ellipsis  = "…"
)

// clean makes a check's text fit to be shown: valid UTF-8, without secrets, on
// one line with control characters spelt out, not too long; in this order,
// since a secret that is cut in two or spelt out is no longer recognised.
func (c *Collector) clean(text string) string { return shorten(c.cleanAll(text)) }

// cleanAll is clean for a text that the caller shortens.
func (c *Collector) cleanAll(text string) string {
	text = strings.TrimRight(text, "\r\n")
	text = strings.ToValidUTF8(clip.Words(text, maxInput), "\uFFFD")
	return clip.Visible(c.scrub(text))
}

// scrub fails closed: a text that the scrubber cannot handle is not shown.
func (c *Collector) scrub(text string) (clean string) {
	defer func() {
		if recover() != nil {
			clean = scrub.Mask
		}
	}()
	return c.text(text)
}

func shorten(s string) string { return clip.Short(s, maxOutput) }
