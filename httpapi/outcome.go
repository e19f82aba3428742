package httpapi

import (
	"net/http"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// An outcome is a prepared [Answer].
type outcome struct {
	status      int
	header      []headerLine
	contentType []string // nil: that of the format
	body        func(collector.Report) ([]byte, error)
	head, plain []byte
}

type headerLine struct {
	key    string
	values []string
}

func newOutcome(a Answer, head []byte, plain string) outcome {
	o := outcome{status: a.Status, body: a.Body, head: head, plain: []byte(plain)}
	for name, values := range a.Header {
		values = append([]string(nil), values...)
		switch key := http.CanonicalHeaderKey(name); {
		case len(values) == 0 || !token(name) || framing(name):
		case key == "Content-Type":
			o.contentType = values
		default:
			o.header = append(o.header, headerLine{key, values[:len(values):len(values)]})
		}
	}
	return o
}
