package server

import (
	"fmt"
	"math"
	"net/http"
	"net/http/pprof"
	"strconv"
	"strings"
)

// maxProfile is the longest profile in seconds: the answer must be written
// before the server's WriteTimeout.
const maxProfile = 15

// profiles serves net/http/pprof, whose paths begin with /debug/pprof/.
func profiles(w http.ResponseWriter, r *http.Request) {
	var seconds float64
	if text := r.FormValue("seconds"); text != "" {
		var err error
		if seconds, err = strconv.ParseFloat(text, 64); err != nil || !(seconds >= 0 && seconds <= maxProfile) {
			say(w, r, http.StatusBadRequest, fmt.Sprintf("seconds: want at most %d", maxProfile))
			return
		}
	}
	switch strings.TrimPrefix(r.URL.Path, "/debug/pprof/") {
	case "cmdline": // It may hold secrets. /environment shows it without them.
		http.NotFound(w, r)
	case "profile":
		if seconds == 0 {
			seconds = maxProfile
		}
		// For 0 and for a fraction pprof takes its own default, which is longer.
		r.Form.Set("seconds", strconv.Itoa(int(math.Ceil(seconds))))
		pprof.Profile(w, r)
	case "symbol":
		pprof.Symbol(w, r)
	case "trace":
		pprof.Trace(w, r)
	default:
		pprof.Index(w, r)
	}
}
