package httpapi

import (
	"strconv"
	"strings"
)

// accepted returns the format that an Accept header prefers, if the header
// names one of our formats; a range such as */* states no preference. Among
// equally preferred formats the first wins.
func accepted(header []string) Format {
	if len(header) == 0 {
		return ""
	}
	var best Format
	quality := 0.0
	for _, line := range header {
		for part := range strings.SplitSeq(line, ",") {
			f, q := acceptedRange(part)
			if q > quality {
				best, quality = f, q
			}
		}
	}
	return best
}

// acceptedRange reads one media range with its parameters. A range with a
// parameter other than q and charset matches no format.
func acceptedRange(part string) (f Format, quality float64) {
	media, parameters, _ := strings.Cut(part, ";")
	f, quality = mediaFormat(strings.TrimSpace(media)), 1
	if strings.TrimSpace(media) == "" {
		return "", 0
	}
	for p := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "", "charset":
		case "q":
			q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil || q < 0 || q > 1 {
				return "", 0
			}
			quality = q
		default:
			f = ""
		}
	}
	return f, quality
}

func mediaFormat(media string) Format {
	switch strings.ToLower(media) {
	case "application/json":
		return FormatJSON
	case "text/plain":
		return FormatText
	case "application/health+json":
		return FormatHealthJSON
	}
	return ""
}
