package command

import "strings"

// A unit is the factor that converts a value to its base unit, and the suffix of
// names in that base unit.
type unit struct {
	factor float64
	suffix string
}

// units holds the units of the plugin guidelines (s, us, ms, %, B, KB, MB, TB, c)
// and others that plugins use. The guidelines do not say whether a KB has 1000
// bytes; check_disk and similar plugins mean 1024.
var units = map[string]unit{
	"": {1, ""}, "%": {0.01, "ratio"}, "c": {1, "total"},
	"s": {1, "seconds"}, "ms": {1e-3, "seconds"}, "us": {1e-6, "seconds"}, "µs": {1e-6, "seconds"}, "ns": {1e-9, "seconds"},
	"B": {1, "bytes"}, "KB": {1 << 10, "bytes"}, "kB": {1 << 10, "bytes"}, "MB": {1 << 20, "bytes"}, "GB": {1 << 30, "bytes"},
	"TB": {1 << 40, "bytes"}, "PB": {1 << 50, "bytes"}, "KiB": {1 << 10, "bytes"}, "MiB": {1 << 20, "bytes"},
	"GiB": {1 << 30, "bytes"}, "TiB": {1 << 40, "bytes"}, "PiB": {1 << 50, "bytes"},
	"C": {1, "celsius"}, "V": {1, "volts"}, "A": {1, "amperes"}, "W": {1, "watts"},
}

// unitOf returns the unit of a symbol. An unknown symbol becomes the end of the
// name.
func unitOf(symbol string) unit {
	if u, known := units[symbol]; known {
		return u
	}
	return unit{1, snake(symbol)}
}

// maxName is the length of the longest name that can be observed, in bytes.
const maxName = 100

// observedName joins a label and the suffix of its unit: "/var" and "bytes"
// become var_bytes, "/" and "bytes" value_bytes.
func observedName(label, suffix string) string {
	name := snake(label)
	if name == "" {
		name = "value"
	}
	if '0' <= name[0] && name[0] <= '9' {
		name = "_" + name
	}
	if suffix == "" || name == suffix || strings.HasSuffix(name, "_"+suffix) {
		return name[:min(len(name), maxName)]
	}
	suffix = suffix[:min(len(suffix), maxName/2)]
	return name[:min(len(name), maxName-1-len(suffix))] + "_" + suffix
}

// snake keeps letters and digits in lower case, and replaces everything between
// them with one _.
func snake(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
			b.WriteByte(c)
		case 'A' <= c && c <= 'Z':
			b.WriteByte(c + 'a' - 'A')
		case b.Len() > 0 && b.String()[b.Len()-1] != '_':
			b.WriteByte('_')
		}
	}
	return strings.TrimSuffix(b.String(), "_")
}
