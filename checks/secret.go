package checks

import (
	"fmt"
	"io"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"
)

// A Secret is a setting that is never printed: every way of formatting or
// encoding it gives ********. Convert it (string(s)) where it is used.
//
// Some printers do not call these methods: package fmt for an unexported field,
// for %p and %w, and for a verb that does not suit the pointer to it (which vet
// reports); encoding/json for the key of a map. So keep a Secret in an exported
// field, and never use one as a key.
type Secret string

// Format writes the mask, whatever the verb: fmt would show the value behind
// one that does not suit a string, such as %d.
func (Secret) Format(f fmt.State, _ rune) { io.WriteString(f, clip.Mask) } //nolint:errcheck // Formatting cannot fail.

// String returns the mask.
func (Secret) String() string { return clip.Mask }

// GoString returns the mask.
func (Secret) GoString() string { return clip.Mask }

// MarshalText returns the mask, so that JSON and YAML show nothing else.
func (Secret) MarshalText() ([]byte, error) { return []byte(clip.Mask), nil }

// A SecretFile is the path of a file that holds a secret: the "…_file" twin of
// a Secret. The file is read again at every run, so that a rotated password is
// used without a reload (see checktype.ReadSecret).
type SecretFile string
