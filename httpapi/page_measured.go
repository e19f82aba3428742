package httpapi

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// measured writes a value in the unit that its name ends in.
func measured(name string, value float64) string {
	text := strconv.FormatFloat(value, 'g', 6, 64)
	switch {
	case strings.HasSuffix(name, "_timestamp_seconds"):
		return utc(time.Unix(int64(value), 0))
	case strings.HasSuffix(name, "_seconds"):
		return text + " s"
	case strings.HasSuffix(name, "_ratio"):
		return fmt.Sprintf("%.1f %%", 100*value)
	case strings.HasSuffix(name, "_bytes"):
		return fmt.Sprintf("%s (%.1f MiB)", strconv.FormatFloat(value, 'f', -1, 64), value/(1<<20))
	}
	return text
}
