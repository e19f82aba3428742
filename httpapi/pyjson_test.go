package httpapi_test

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// testdata/floats.txt has lines of the bits of a float and what Python's
// json.dumps makes of it; testdata/strings.txt the same for UTF-8.

func TestFloatsAreWrittenAsPythonsRepr(t *testing.T) {
	r := passed("c")
	var want []string
	for _, line := range lines(t, "testdata/floats.txt") {
		bits, text, _ := strings.Cut(line, " ")
		n, err := strconv.ParseUint(bits, 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("v%d", len(want))
		r.Values = append(r.Values, collector.Value{Name: name, Value: math.Float64frombits(n)})
		want = append(want, fmt.Sprintf("%q: %s", name, text))
	}
	body := answerOf(t, r)
	_, values, _ := strings.Cut(body, `"values": {`)
	values, _, _ = strings.Cut(values, "}")
	got := strings.Split(values, ", ")
	if len(got) != len(want) {
		t.Fatalf("%d values, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%s, want %s", got[i], want[i])
		}
	}
}

func TestStringsAreWrittenAsPythonWritesThem(t *testing.T) {
	for _, line := range lines(t, "testdata/strings.txt") {
		code, want, _ := strings.Cut(line, " ")
		text, err := hex.DecodeString(strings.Trim(code, "-"))
		if err != nil {
			t.Fatal(err)
		}
		r := passed("c")
		r.Output = string(text)
		if body := answerOf(t, r); !strings.Contains(body, `"output": `+want+`, "passed"`) {
			t.Errorf("%q: want %s in %s", text, want, body)
		}
		section := []httpapi.Section{{Name: "s", Value: string(text)}}
		res := get(t, httpapi.Healthcheck(&fake{}, httpapi.Options{Sections: section}), "/healthcheck")
		if !strings.HasSuffix(res.body, `"s": `+want+`}`) {
			t.Errorf("%q as a section: want %s in %s", text, want, res.body)
		}
	}
}

// FuzzJSON: whatever a check says and measures, the body is ASCII, and
// encoding/json reads the same from it.
func FuzzJSON(f *testing.F) {
	f.Add("plain", "redis", 1.5)
	f.Add("\x00\xff\xf0\x9f\x98\x80\u2028\"\\</script>\x7f", "\n", math.Inf(-1))
	f.Add("\xed\xa0\x80 a surrogate", "\U0010ffff", 5e-324)
	f.Fuzz(func(t *testing.T, output, warning string, value float64) {
		r := passed("c")
		r.Output, r.Warning, r.Tags = output, warning, []string{output}
		r.Values = []collector.Value{{Name: "v", Value: value}}
		body := answerOf(t, r)
		var got struct {
			Results []struct {
				Output, Warning string
				Tags            []string
				Values          map[string]*float64
			}
		}
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		for i := range len(body) {
			if body[i] < ' ' || body[i] > '~' {
				t.Fatalf("byte %#x in %s", body[i], body)
			}
		}
		result := got.Results[0]
		if result.Output != validUTF8(output) || result.Warning != validUTF8(warning) || result.Tags[0] != validUTF8(output) {
			t.Errorf("read %q, %q, want %q, %q", result.Output, result.Warning, output, warning)
		}
		switch v := result.Values["v"]; {
		case math.IsNaN(value) || math.IsInf(value, 0):
			if v != nil {
				t.Errorf("%v is %v, want null", value, *v)
			}
		case v == nil || *v != value:
			t.Errorf("read %v, want %v", v, value)
		}
	})
}

// validUTF8 is what encoding/json makes of invalid bytes.
func validUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

// answerOf returns the body that shows one result.
func answerOf(t *testing.T, r *collector.Result) string {
	t.Helper()
	f := &fake{report: collector.Report{Status: collector.StatusPassed, Results: []*collector.Result{r}}}
	return get(t, httpapi.Healthcheck(f, httpapi.Options{}), "/healthcheck?verbose").body
}

func lines(t *testing.T, name string) []string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []string
	for s := bufio.NewScanner(f); s.Scan(); {
		all = append(all, s.Text())
	}
	return all
}
