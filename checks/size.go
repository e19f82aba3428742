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
	v, err := strconv.ParseFloat(number, 64)
	bytes := v * factor
	if err != nil || bytes < 0 || math.IsNaN(bytes) || bytes >= math.MaxInt64 {
		return fmt.Errorf("%q is not a size, want a number of bytes such as 512, 64KiB or 10MiB", text)
	}
	*s = Size(bytes)
	return nil
}

// MarshalText writes the size as String does.
func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// String returns the size in the largest binary unit that keeps it exact or,
// above 10 KiB, within a tenth of that unit: "512B", "64KiB", "1.5GiB".
func (s Size) String() string {
	const units = "KMGTP"
	v, unit := float64(s), -1
	for math.Abs(v) >= 1024 && unit < len(units)-1 {
		v, unit = v/1024, unit+1
	}
	if unit < 0 {
		return strconv.FormatInt(int64(s), 10) + "B"
	}
	return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) + units[unit:unit+1] + "iB"
}
