package checks_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"text/template"

	"go.yaml.in/yaml/v3"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

const (
	canary = "hunter2-canary/4711"
	mask   = "********"
)

type credentials struct {
	User     string
	Password checks.Secret
}

type nested struct {
	Inner    credentials
	List     []checks.Secret
	Map      map[string]checks.Secret
	Any      any
	Embedded struct{ Twice credentials }
}

func holders() []any {
	secret := checks.Secret(canary)
	inner := credentials{"u", secret}
	n := nested{
		Inner: inner, List: []checks.Secret{secret}, Map: map[string]checks.Secret{"k": secret}, Any: secret,
	}
	n.Embedded.Twice = inner
	return []any{secret, &secret, []any{secret}, [1]checks.Secret{secret}, inner, &inner, n, &n}
}

func TestSecretIsMaskedUnderEveryVerb(t *testing.T) {
	verbs := []string{
		"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%#x", "%+q", "%#q", "%d", "%b", "%o", "%c", "%U", "%e", "%f", "%g",
		"%t", "%z", "%5v", "%-30s", "%.3s", "%.100q", "%[1]v", "%!",
	}
	for _, holder := range holders() {
		for _, verb := range verbs {
			text := fmt.Sprintf(verb, holder)
			if spelling := faulttest.Leaked(text, canary); spelling != "" {
				t.Errorf("Sprintf(%q, %T) shows %q: %s", verb, holder, spelling, text)
			}
		}
	}
}

func TestSecretBehindAPointerIsMaskedAsAValue(t *testing.T) {
	inner := credentials{"u", canary}
	holder := struct {
		P *credentials
		M map[string]*credentials
	}{&inner, map[string]*credentials{"k": &inner}}
	for _, verb := range []string{"%v", "%+v", "%#v"} {
		if text := fmt.Sprintf(verb, holder); faulttest.Leaked(text, canary) != "" {
			t.Errorf("Sprintf(%q) shows it: %s", verb, text)
		}
	}
	if data, err := json.Marshal(holder); err != nil || faulttest.Leaked(string(data), canary) != "" {
		t.Errorf("JSON = %s, %v", data, err)
	}
}

func TestSecretIsShownAsEightStars(t *testing.T) {
	for _, secret := range []checks.Secret{"", "x", canary} {
		for _, verb := range []string{"%v", "%s", "%q", "%d", "%#v", "%x"} {
			if got := fmt.Sprintf(verb, secret); got != mask {
				t.Errorf("Sprintf(%q) = %q, want %q", verb, got, mask)
			}
		}
		if got := secret.String() + secret.GoString(); got != mask+mask {
			t.Errorf("String and GoString = %q, want the mask", got)
		}
	}
}

func TestSecretIsMaskedByOtherPrinters(t *testing.T) {
	secret := checks.Secret(canary)
	for name, text := range map[string]string{
		"Sprint":          fmt.Sprint("a", secret, secret),
		"Sprintln":        fmt.Sprintln(secret),
		"Errorf":          fmt.Errorf("password %s", secret).Error(),
		"too many":        fmt.Sprintf(strings.Clone("none"), secret),
		"bad width":       fmt.Sprintf("%*d", []any{secret, 1}...),
		"bad index":       fmt.Sprintf("%[3]d", []any{secret}...),
		"template":        rendered(t, secret),
		"slog, text":      logged(func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) }),
		"slog, JSON":      logged(func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) }),
		"panic in fmt":    fmt.Sprint(struct{ S any }{secret}),
		"map of it":       fmt.Sprint(map[checks.Secret]checks.Secret{secret: secret}),
		"its own pointer": fmt.Sprintf("%+v", struct{ P *credentials }{&credentials{"u", secret}}.P),
	} {
		if spelling := faulttest.Leaked(text, canary); spelling != "" {
			t.Errorf("%s shows %q: %s", name, spelling, text)
		}
	}
}

func rendered(t *testing.T, secret checks.Secret) string {
	t.Helper()
	var b strings.Builder
	text := template.Must(template.New("").Parse(`{{.}} {{printf "%s %d" . .}} {{print .}}`))
	if err := text.Execute(&b, secret); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func logged(handler func(*bytes.Buffer) slog.Handler) string {
	var b bytes.Buffer
	inner := credentials{"u", canary}
	slog.New(handler(&b)).Info("m", "secret", checks.Secret(canary), "struct", inner, "pointer", &inner, "list", []checks.Secret{canary})
	return b.String()
}

func TestSecretIsMaskedByEncoders(t *testing.T) {
	for name, marshal := range map[string]func(any) ([]byte, error){
		"JSON": json.Marshal, "YAML": yaml.Marshal, "XML": xml.Marshal,
	} {
		for _, holder := range holders() {
			data, err := marshal(holder)
			if name == "XML" && err != nil {
				continue // It has no maps and no any.
			}
			if err != nil {
				t.Errorf("%s of %T: %v", name, holder, err)
				continue
			}
			if spelling := faulttest.Leaked(string(data), canary); spelling != "" || !strings.Contains(string(data), mask) {
				t.Errorf("%s of %T = %s, want the mask in it", name, holder, data)
			}
		}
	}
}

func TestSecretIsReadFromYAMLAsItIs(t *testing.T) {
	var c struct {
		Password checks.Secret     `yaml:"password"`
		File     checks.SecretFile `yaml:"password_file"`
	}
	if err := yaml.Unmarshal([]byte("password: '"+canary+"'\npassword_file: /run/secret\n"), &c); err != nil {
		t.Fatal(err)
	}
	if string(c.Password) != canary || c.File != "/run/secret" {
		t.Errorf("read %q and %q, want both as written", string(c.Password), c.File)
	}
}
