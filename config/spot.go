package config

import (
	"strconv"
	"strings"
)

// A spot is where a walk is.
type spot struct {
	path  string // checks[2].redis.password
	about string // check "redis": redis.password
	key   string // the last key on the way
	depth int
	free  int  // more than 0: inside of a custom section
	file  bool // at a setting of ours that is the path of a file
}

func (s spot) member(key string) spot {
	s.path, s.key, s.depth, s.file = join(s.path, key), key, s.depth+1, false
	if !plainKey(key) {
		key = "…"
	}
	if strings.HasSuffix(s.about, ": ") || s.about == "" {
		s.about += key
	} else {
		s.about += "." + key
	}
	return s
}

func (s spot) item(i int) spot {
	s.path, s.depth = s.path+"["+strconv.Itoa(i)+"]", s.depth+1
	return s
}

// says begins a message about the spot.
func (s spot) says() string {
	if s.about == "" || strings.HasSuffix(s.about, ": ") {
		return s.about
	}
	return s.about + ": "
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// checkOf returns the part of a path that names a check, empty outside of one.
func checkOf(path string) string {
	end := strings.IndexByte(path, ']')
	if !strings.HasPrefix(path, "checks[") || end < 0 {
		return ""
	}
	return path[:end+1]
}

// partOf returns the part of a path that names one setting of a check, such as
// its type: checks[2].redis. Empty if the path names none.
func partOf(path string) string {
	check := checkOf(path)
	rest, found := strings.CutPrefix(path[len(check):], ".")
	if check == "" || !found {
		return ""
	}
	if end := strings.IndexAny(rest, ".["); end >= 0 {
		rest = rest[:end]
	}
	return check + "." + rest
}
