package checks

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// mask is what is printed instead of a secret, whatever its length.
const mask = "********"

// A Secret is a setting that is never printed: every way of formatting or
// encoding it gives ********. Convert it (string(s)) where it is used.
//
// Some printers do not ask the value how it wants to be shown: package fmt in
// an unexported field, for %p and %w, and for a verb that does not suit the
// pointer that leads to it (which vet refuses); encoding/json for the key of a
// map. So a Secret is kept in an exported field and never is a key.
type Secret string

// Format writes the mask, whatever the verb: fmt would show the value behind
// one that does not suit a string, such as %d.
func (Secret) Format(f fmt.State, _ rune) { io.WriteString(f, mask) } //nolint:errcheck // There is nobody to tell.

// String returns the mask.
func (Secret) String() string { return mask }

// GoString returns the mask.
func (Secret) GoString() string { return mask }

// MarshalText returns the mask, so that JSON and YAML show nothing else.
func (Secret) MarshalText() ([]byte, error) { return []byte(mask), nil }

// A SecretFile is the path of a file that holds a secret: the "…_file" twin
// of a Secret. The file is read again at every run, so that a rotated password
// is used without a reload.
type SecretFile string

// maxSecretFile is the size of the largest secret file, in bytes.
const maxSecretFile = 64 << 10

// Read returns what the file holds, without one newline at its end. It must be
// a regular file of at most 64 KiB. What was read is told to the receiver of
// [WithSecretReceiver] first, so that the scrubber knows it before it is used.
// An error has the reason internal: it is our trouble, not the target's.
func (f SecretFile) Read(ctx context.Context) (string, error) {
	secret, err := readSecretFile(string(f))
	if err != nil {
		return "", Fail(ReasonInternal, fmt.Errorf("local: %w", err))
	}
	if receive, ok := ctx.Value(secretReceiverKey{}).(func(string)); ok && secret != "" {
		receive(secret)
	}
	return secret, nil
}

// ReadSecret returns the secret of a pair of twins: the file's content when a
// file is named, else the literal. See [OneSecret] for both given.
func ReadSecret(ctx context.Context, literal Secret, file SecretFile) (string, error) {
	if file != "" {
		return file.Read(ctx)
	}
	return string(literal), nil
}

// OneSecret is an error when both twins of a secret are given. The name is the
// key of the literal in the file, such as "password".
func OneSecret(name string, literal Secret, file SecretFile) error {
	if literal != "" && file != "" {
		return fmt.Errorf("%s and %s_file are both given, want one of them", name, name)
	}
	return nil
}

type secretReceiverKey struct{}

// WithSecretReceiver returns a context in which every secret that is read from
// a file is passed to receive before it is used. The receiver must be safe for
// concurrent use; main's adds the secret to the scrubber.
func WithSecretReceiver(ctx context.Context, receive func(secret string)) context.Context {
	return context.WithValue(ctx, secretReceiverKey{}, receive)
}

func readSecretFile(path string) (string, error) {
	data, err := readSmall(path, maxSecretFile)
	if err != nil {
		return "", fmt.Errorf("secret file %w", err)
	}
	return cutNewline(string(data)), nil
}

func cutNewline(s string) string {
	if cut, found := strings.CutSuffix(s, "\r\n"); found {
		return cut
	}
	return strings.TrimSuffix(s, "\n")
}
