package checktype

import (
	"context"
	"fmt"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

type secretReceiverKey struct{}

// WithSecretReceiver returns a context in which receive gets every secret that a
// run announces, before the run uses it. The receiver must be safe for concurrent
// use. The collector installs a receiver that passes the secrets to its scrubber.
func WithSecretReceiver(ctx context.Context, receive func(secret string)) context.Context {
	return context.WithValue(ctx, secretReceiverKey{}, receive)
}

// LearnSecret announces secrets of a run, so that they are masked wherever they
// appear in its outcome. It is called at the start of a run, before a secret
// goes over the wire. Empty secrets are ignored, and outside a collector
// LearnSecret does nothing.
func LearnSecret(ctx context.Context, secrets ...string) {
	receive, ok := ctx.Value(secretReceiverKey{}).(func(string))
	if !ok {
		return
	}
	for _, secret := range secrets {
		if secret != "" {
			receive(secret)
		}
	}
}

type scrubberKey struct{}

// WithScrubber returns a context in which [Scrub] masks secrets with scrub, which
// must be safe for concurrent use. The collector installs its scrubber.
func WithScrubber(ctx context.Context, scrub func(text string) string) context.Context {
	return context.WithValue(ctx, scrubberKey{}, scrub)
}

// Scrub masks the secrets in a foreign text that a run is about to shorten. The
// collector scrubs the outcome of a run, but does not recognize half a secret.
// Outside a collector Scrub returns text as it is.
func Scrub(ctx context.Context, text string) string {
	if scrub, ok := ctx.Value(scrubberKey{}).(func(string) string); ok {
		return scrub(text)
	}
	return text
}

// ReadSecret returns the secret given by a pair of settings, such as password and
// password_file. If file is set, the secret is its content without one trailing
// newline; otherwise it is literal. The secret is announced as by [LearnSecret].
//
// The file must be a regular file of at most 64 KiB. It is read at every call,
// so that a rotated password is used without a reload. An error has the reason
// internal: the fault is on this host, not at the target.
func ReadSecret(ctx context.Context, literal checks.Secret, file checks.SecretFile) (string, error) {
	secret := string(literal)
	if file != "" {
		checks.TraceOf(ctx).Phase("reading the secret file", string(file))
		data, err := readFile(string(file), maxSecretFile)
		if err != nil {
			return "", checks.Fail(checks.ReasonInternal, fmt.Errorf("local: secret file %w", err))
		}
		secret = cutNewline(string(data))
	}
	LearnSecret(ctx, secret)
	return secret, nil
}

// OneSecret returns a fault if both literal and file are given. The key is the
// key of the literal, such as "password".
func OneSecret(key string, literal checks.Secret, file checks.SecretFile) error {
	if literal != "" && file != "" {
		return Fault{Key: key, Err: fmt.Errorf("given beside %s_file, want one of them", key)}
	}
	return nil
}

func cutNewline(s string) string {
	if cut, found := strings.CutSuffix(s, "\r\n"); found {
		return cut
	}
	return strings.TrimSuffix(s, "\n")
}
