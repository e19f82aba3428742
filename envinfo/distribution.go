package envinfo

import (
	"io"
	"io/fs"
	"strings"
)

// distribution holds the fields of os-release that are present.
type distribution struct {
	ID         string `json:"id,omitempty"`
	Name       string `json:"name,omitempty"`
	Version    string `json:"version,omitempty"`
	VersionID  string `json:"version_id,omitempty"`
	Codename   string `json:"version_codename,omitempty"`
	PrettyName string `json:"pretty_name,omitempty"`
}

// maxRelease is how much of an os-release file is read, in bytes.
const maxRelease = 64 << 10

// readDistribution reads the first of the two files of os-release(5) that
// exists. It returns nil if neither exists, as in an image made from scratch.
// It does not use gopsutil, because PlatformInformation executes lsb_release.
func readDistribution(root fs.FS) *distribution {
	for _, path := range []string{"etc/os-release", "usr/lib/os-release"} {
		text, err := readText(root, path, maxRelease)
		if err != nil {
			continue
		}
		return parseRelease(text)
	}
	return nil
}

// parseRelease parses the assignments of an os-release file: shell syntax
// without expansion; later assignments win.
func parseRelease(text string) *distribution {
	var d distribution
	fields := map[string]*string{
		"ID": &d.ID, "NAME": &d.Name, "VERSION": &d.Version, "VERSION_ID": &d.VersionID,
		"VERSION_CODENAME": &d.Codename, "PRETTY_NAME": &d.PrettyName,
	}
	for line := range strings.Lines(text) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if field := fields[name]; ok && field != nil {
			*field = unquote(value)
		}
	}
	return &d
}

// unquote removes the quotes of a shell word. Single quotes keep everything; in
// double quotes a backslash escapes ", $, ` and itself.
func unquote(word string) string {
	if len(word) >= 2 && word[0] == '\'' && word[len(word)-1] == '\'' {
		return word[1 : len(word)-1]
	}
	if len(word) >= 2 && word[0] == '"' && word[len(word)-1] == '"' {
		return unescape(word[1:len(word)-1], "\"$`\\")
	}
	return word
}

// unescape drops the backslash before each character of special.
func unescape(s, special string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && strings.IndexByte(special, s[i+1]) >= 0 {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// readText reads at most limit bytes of a file.
func readText(root fs.FS, path string, limit int64) (string, error) {
	f, err := root.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit))
	return string(b), err
}
