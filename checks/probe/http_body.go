package probe

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

// How long a run reads a body if the result does not depend on the body.
const (
	maxBodyTime     = time.Second
	maxEvidenceTime = 250 * time.Millisecond
)

// judge reads the body and compares it with the settings. If no setting concerns
// the body, the body can have any size and need not end.
func (c *httpCheck) judge(x *exchange, res *http.Response) (err error) {
	began := x.Phase("reading the body from")
	patterns := c.match != nil || c.notMatch != nil
	if c.settings.MaxBodySize > 0 && res.ContentLength > c.maxBody && c.method != http.MethodHead {
		return x.tooLarge(c.maxBody)
	}
	body := &kept{Reader: c.decoded(res)}
	defer func() {
		if err != nil {
			x.replied(res, body.whole())
		}
	}()
	var text bytes.Buffer
	var n int64
	var given bool
	if patterns {
		n, err = io.Copy(&text, io.LimitReader(body, c.maxBody+1))
	} else {
		n, given, err = x.readFor(maxBodyTime, io.Discard, io.LimitReader(body, c.maxBody+1))
	}
	switch {
	case given && c.settings.MaxBodySize == 0:
		return nil // For an endless body only the status counts.
	case errors.Is(err, io.ErrUnexpectedEOF) && x.Ended() == nil:
		return x.Reject(checks.ReasonProtocol, "broke off after %d bytes", n)
	case err != nil:
		return x.misunderstood(err)
	case n > c.maxBody && (patterns || c.settings.MaxBodySize > 0):
		return x.tooLarge(c.maxBody)
	case n > c.maxBody:
		return nil
	}
	x.Observe("transfer_seconds", began)
	checks.Observe(x.Context(), "body_bytes", float64(n))
	return c.compare(x, text.Bytes())
}

// A kept is a reader that keeps the beginning of what is read.
type kept struct {
	io.Reader
	head []byte
}

// maxKept is how much of a body is kept for the evidence, in bytes.
const maxKept = 1 << 10

// Read implements [io.Reader].
func (k *kept) Read(p []byte) (int, error) {
	n, err := k.Reader.Read(p)
	k.head = append(k.head, p[:min(n, maxKept-len(k.head))]...)
	return n, err
}

// whole returns what was kept without the last, unfinished word, which could be
// part of a secret.
func (k *kept) whole() []byte {
	if len(k.head) < maxKept {
		return k.head
	}
	return []byte(clip.Words(string(k.head), maxKept-1))
}

// replied records the beginning of an unwanted reply.
func (x *exchange) replied(res *http.Response, body []byte) {
	checks.TraceOf(x.Context()).Replied(res.StatusCode, said(body, x.secrets...))
}

// compare matches the patterns.
func (c *httpCheck) compare(x *exchange, body []byte) error {
	if c.match != nil && !c.match.Match(body) {
		return checks.Fail(checks.ReasonAssertion, fmt.Errorf("body has no match of %q, it begins %s", c.match, excerpt(x.Context(), body, x.secrets...)))
	}
	if c.notMatch != nil && c.notMatch.Match(body) {
		return checks.Fail(checks.ReasonAssertion, fmt.Errorf("body has a match of %q, want none", c.notMatch))
	}
	return nil
}

// decoded returns the body without its gzip, if that is wanted.
func (c *httpCheck) decoded(res *http.Response) io.Reader {
	coding := strings.ToLower(strings.TrimSpace(res.Header.Get("Content-Encoding")))
	if !c.settings.Decompress || coding != "gzip" && coding != "x-gzip" {
		return res.Body
	}
	return &gunzip{source: res.Body}
}

// A gunzip decompresses source. Unlike a [gzip.Reader] it reads nothing before it
// is read, and an empty source, the body of a reply to HEAD, is no error.
type gunzip struct {
	source io.Reader
	reader *gzip.Reader
}

// Read implements [io.Reader].
func (g *gunzip) Read(p []byte) (n int, err error) {
	if g.reader == nil {
		if g.reader, err = gzip.NewReader(g.source); err != nil {
			return 0, err
		}
	}
	return g.reader.Read(p)
}

// readFor copies until source ends or patience has passed. The result late
// reports whether it stopped because of the time.
func (x *exchange) readFor(patience time.Duration, sink io.Writer, source io.Reader) (n int64, late bool, err error) {
	var expired atomic.Bool
	timer := time.AfterFunc(patience, func() {
		expired.Store(true)
		_ = x.conn.SetReadDeadline(time.Unix(1, 0)) // A closed connection has nothing to stop.
	})
	defer timer.Stop()
	n, err = io.Copy(sink, source)
	return n, err != nil && expired.Load(), err
}

// evidence returns the beginning of the body of an unwanted reply, as part of an
// error message. It is empty if no body arrives in time.
func (c *httpCheck) evidence(x *exchange, res *http.Response) string {
	var text bytes.Buffer
	_, _, _ = x.readFor(maxEvidenceTime, &text, io.LimitReader(c.decoded(res), maxMasked))
	x.replied(res, text.Bytes())
	if len(bytes.TrimSpace(text.Bytes())) == 0 {
		return ""
	}
	return ", body begins " + excerpt(x.Context(), text.Bytes(), x.secrets...)
}

func (x *exchange) tooLarge(limit int64) error {
	return x.Reject(checks.ReasonAssertion, "larger than %s, want at most max_body_size", checks.Size(limit))
}
