package scrub_test

import (
	"net/http"
	"reflect"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

func TestHeadersAreScrubbed(t *testing.T) {
	in := http.Header{
		"Cookie":               {"a=b; c=d"},
		"Set-Cookie":           {"sid=1; Path=/", "x=2"},
		"Proxy-Authorization":  {"Basic eDp5"},
		"X-Csrf-Token":         {""},
		"X-Hub-Signature-256":  {"sha256=abc"},
		"Www-Authenticate":     {`Digest realm="x", nonce="y"`, `Bearer realm="https://h/token",service="r"`},
		"Referer":              {"https://u:p@h/?token=abc"},
		"Location":             {"https://h/x"},
		"Accept":               {},
		"X-Forwarded-For":      {"10.0.0.1"},
		"Sec-WebSocket-Key":    {"dGhlIHNhbXBsZQ=="},
		"Proxy-Authentication": nil,
	}
	if got := scrub.New(scrub.Rules{}).Header(nil); got != nil {
		t.Errorf("Header(nil) = %v", got)
	}
	want := map[string][]string{
		"Cookie":               {scrub.Mask},
		"Set-Cookie":           {scrub.Mask, scrub.Mask},
		"Proxy-Authorization":  {scrub.Mask},
		"X-Csrf-Token":         {scrub.Mask},
		"X-Hub-Signature-256":  {scrub.Mask},
		"Www-Authenticate":     {`Digest realm="x", nonce="y"`, `Bearer realm="https://h/token",service="r"`},
		"Referer":              {"https://u:********@h/?token=********"},
		"Location":             {"https://h/x"},
		"Accept":               {},
		"X-Forwarded-For":      {"10.0.0.1"},
		"Sec-WebSocket-Key":    {scrub.Mask},
		"Proxy-Authentication": {},
	}
	if got := scrub.New(scrub.Rules{}).Header(in); !reflect.DeepEqual(got, want) {
		t.Errorf("Header = %q\nwant     %q", got, want)
	}
}
