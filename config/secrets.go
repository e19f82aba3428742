package config

import (
	"net/url"
	"slices"

	"github.com/healthcheck-exporter/healthcheck_exporter/config/internal/document"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// A vault collects the literal secrets of the configuration.
type vault struct {
	rules    *scrub.Scrubber // knows the literals too
	literals []string
	known    map[string]bool
	node     *document.Node // where what is added stands
	warn     func(n *document.Node, secret string)
}

func newVault(r scrub.Rules, warn func(n *document.Node, secret string)) *vault {
	return &vault{rules: scrub.New(r), known: map[string]bool{}, warn: warn}
}

// at says where the secrets stand that are added next.
func (v *vault) at(n *document.Node) *vault {
	v.node = n
	return v
}

// add notes a secret, and the password in it when it is a URL or a DSN: that is
// what a driver's error shows.
func (v *vault) add(secret string) {
	v.note(secret)
	v.parts(v.rules.Passwords(secret))
}

// variable notes the value of an environment variable with a sensitive name. A
// name that only contains a word such as key, as KEYCLOAK_HOST does, makes a
// secret of a value that looks like one.
func (v *vault) variable(name, value string) {
	if v.rules.Counts(name) {
		v.add(value)
		return
	}
	v.parts(v.rules.Find("password", value))
}

// note makes a literal known, unless it would shred texts.
func (v *vault) note(secret string) {
	if secret == "" || secret == scrub.Mask {
		return
	}
	v.warn(v.node, secret)
	if v.known[secret] {
		return
	}
	v.known[secret] = true
	if scrub.CanLearn(secret) {
		v.literals = append(v.literals, secret)
		v.rules.Learn(secret)
	}
}

func (v *vault) parts(secrets []string) {
	for _, part := range secrets {
		v.note(part)
		if decoded, err := url.PathUnescape(part); err == nil {
			v.note(decoded) // As a driver has it.
		}
	}
}

// argv notes the secrets of a command line.
func (v *vault) argv(words []string) { v.parts(v.rules.FindArgv(words)) }

// text notes what is secret in a text of the file. A file path is never a secret,
// even under a key such as password_file: an error has to name it.
func (v *vault) text(t text) {
	switch {
	case t.secret:
		v.add(t.value)
	case t.file:
		v.parts(v.rules.Find("", t.value))
	case !slices.Contains(prose(), t.key):
		v.parts(v.rules.Find(t.key, t.value))
	}
}

// prose are the keys of what is written for people, or compared with a reply.
// What looks like a secret there is masked where it is shown, but is not learned:
// a word such as "expired" must not vanish from all outputs.
func prose() []string {
	return []string{"name", "description", "runbook", "tags", "depends_on", "expect", "body_regexp", "body_not_regexp", "answers", "success_template", "failed_template"}
}

// hide masks the secrets in an error of a check's settings.
func (v *vault) hide(text string) string { return v.rules.Text(text) }
