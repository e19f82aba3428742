package checks

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A Size is a number of bytes. It is written 512, 64KiB, 10MiB, 1GiB or with
// the decimal units kB, MB, GB, TB; a fraction is allowed (1.5GiB).
type Size int64

var sizeUnits = []struct {
	suffix string
	factor float64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40}, {"PiB", 1 << 50},
	{"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"PB", 1e15}, {"B", 1},
}

// UnmarshalText reads a size as it is written.
func (s *Size) UnmarshalText(text []byte) error {
	number, factor := strings.TrimSpace(string(text)), 1.0
	for _, u := range sizeUnits {
		if n, found := strings.CutSuffix(number, u.suffix); found {
			number, factor = strings.TrimSpace(n), u.factor
			break
		}
	}
	if n, err := strconv.ParseInt(number, 10, 64); err == nil && n >= 0 && factor == 1 {
		// A float would not keep the last bytes of a pebibyte.
		*s = Size(n)
		return nil
	}
	v, err := strconv.ParseFloat(number, 64)
	bytes := v * factor
	if err != nil || bytes < 0 || math.IsNaN(bytes) || bytes >= math.MaxInt64 {
		return fmt.Errorf("%q is not a size, want a number of bytes such as 512, 64KiB or 10MiB", text)
	}
	*s = Size(bytes)
	return nil
}

// MarshalText writes the size so that UnmarshalText reads the same: as String
// does where that is exact, else in bytes.
func (s Size) MarshalText() ([]byte, error) {
	text := s.String()
	var read Size
	if err := read.UnmarshalText([]byte(text)); err != nil || read != s {
		text = s.inBytes()
	}
	return []byte(text), nil
}

// String returns the size in the largest binary unit of which it has one or
// more, to a tenth of it: "512B", "64KiB", "1.5GiB". Below 10 KiB it is exact.
func (s Size) String() string {
	const units = "KMGTP"
	v, unit := float64(s), -1
	for tenth(math.Abs(v)) >= 1024 && unit < len(units)-1 {
		v, unit = v/1024, unit+1
	}
	if unit < 0 || unit == 0 && math.Abs(v) < 10 && tenth(v) != v {
		return s.inBytes()
	}
	return strconv.FormatFloat(tenth(v), 'f', -1, 64) + units[unit:unit+1] + "iB"
}

func tenth(v float64) float64 { return math.Round(v*10) / 10 }

func (s Size) inBytes() string { return strconv.FormatInt(int64(s), 10) + "B" }
