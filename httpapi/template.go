package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"text/template"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

// maxTemplateBody is the size of the largest body of a template, in bytes.
const maxTemplateBody = 4 << 20

// Template returns a function for [Answer.Body] that executes a [text/template]
// with the report:
//
//	{{range .Results}}{{.Check}} {{.State}} {{line .Output}}
//	{{end}}{{.Status}}
//
// In addition to the functions of text/template it has line, which shows a text
// on one line, and json, which encodes a value as JSON. Set the Content-Type in
// [Answer.Header]; the default is application/json. If the template fails, the
// answer is JSON with the same status.
//
// The error says where the template does not parse, or that executing it fails
// for a report with a passed and a failed check.
func Template(text string) (func(collector.Report) ([]byte, error), error) {
	parsed, err := template.New("body").Funcs(template.FuncMap{"line": clip.Line, "json": toJSON}).Parse(text)
	if err != nil {
		return nil, err
	}
	execute := func(rep collector.Report) ([]byte, error) {
		var b limitedBuffer
		err := parsed.Execute(&b, rep)
		return b.Bytes(), err
	}
	sample := collector.Report{Status: collector.StatusFailed, Results: []*collector.Result{
		{Check: "passed", Passed: true, State: collector.StatePassed}, {Check: "failed", State: collector.StateFailed},
	}}
	if _, err := execute(sample); err != nil {
		return nil, err
	}
	return execute, nil
}

func toJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

// A limitedBuffer rejects more than maxTemplateBody bytes, because a template
// can loop.
type limitedBuffer struct{ bytes.Buffer }

// Write implements io.Writer.
func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxTemplateBody {
		return 0, fmt.Errorf("the body is larger than %d MiB", maxTemplateBody>>20)
	}
	return b.Buffer.Write(p)
}
