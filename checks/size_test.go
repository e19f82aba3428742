package checks_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

func TestSizesAreReadAsTheyAreWritten(t *testing.T) {
	for text, want := range map[string]checks.Size{
		"0": 0, "0KiB": 0, "0.5B": 0, "512": 512, "512B": 512, "64KiB": 64 << 10, "10MiB": 10 << 20, "1GiB": 1 << 30, "2TiB": 2 << 40, "1PiB": 1 << 50,
		"1kB": 1000, "1KB": 1000, "10MB": 10e6, "1GB": 1e9, "1TB": 1e12, "1PB": 1e15,
		"1.5GiB": 3 << 29, "0.5KiB": 512, ".5KiB": 512, " 1 MiB ": 1 << 20, "1 MiB": 1 << 20,
		"9007199254740993": 1<<53 + 1, "9223372036854775807": math.MaxInt64,
	} {
		var got checks.Size
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("UnmarshalText(%q) = %d, %v, want %d", text, got, err, want)
		}
	}
}

func TestWhatIsNoSizeIsRefused(t *testing.T) {
	for _, text := range []string{
		"", " ", "B", "KiB", "ten", "-1", "-1KiB", "1 K", "1kb", "1kib", "1M", "1EiB", "1,5GiB", "1.5.5", "NaN", "Inf", "-Inf",
		"InfKiB", "9223372036854775808", "1e30", "8192PiB", "1MiBKiB", "1MiB 2KiB",
	} {
		got := checks.Size(7)
		err := got.UnmarshalText([]byte(text))
		if err == nil || got != 7 {
			t.Errorf("UnmarshalText(%q) = %d, %v, want an error", text, got, err)
			continue
		}
		if !strings.Contains(err.Error(), "want a number of bytes such as 512, 64KiB or 10MiB") {
			t.Errorf("UnmarshalText(%q) says %q", text, err)
		}
	}
}

func TestSizesAreShownInTheUnitThatFits(t *testing.T) {
	for size, want := range map[checks.Size]string{
		0: "0B", 1: "1B", 1023: "1023B", 1024: "1KiB", 1025: "1025B", 1536: "1.5KiB", 2000: "2000B", 10000: "10000B",
		10<<10 + 1: "10KiB", 100000: "97.7KiB", 64 << 10: "64KiB", 1<<20 - 1: "1MiB", 1 << 20: "1MiB", 3 << 29: "1.5GiB",
		1e12: "931.3GiB", 5 << 40: "5TiB", 1 << 60: "1024PiB", -1: "-1B", -64 << 10: "-64KiB", math.MaxInt64: "8192PiB",
	} {
		if got := size.String(); got != want {
			t.Errorf("Size(%d).String() = %q, want %q", int64(size), got, want)
		}
	}
}

func TestMarshalledSizesAreReadBackExactly(t *testing.T) {
	for _, size := range []checks.Size{
		0, 1, 1023, 1024, 1025, 1536, 10000, 100000, 64 << 10, 1<<20 - 1, 1 << 20, 3 << 29, 1e12 + 7, 1<<53 + 1, 1 << 60, math.MaxInt64,
	} {
		data, err := json.Marshal(map[string]checks.Size{"size": size})
		if err != nil {
			t.Fatal(err)
		}
		var back map[string]checks.Size
		if err := json.Unmarshal(data, &back); err != nil || back["size"] != size {
			t.Errorf("%d is written %s and read as %d, %v", int64(size), data, int64(back["size"]), err)
		}
	}
}
