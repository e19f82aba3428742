package housetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// A listed is the output of go list for one package.
type listed struct {
	ImportPath string
	Dir        string
	Standard   bool
	DepOnly    bool // not below the folder, but a dependency of a package that is
	GoFiles    []string
	Imports    []string
}

// list lists the packages below dir and all their dependencies, as built for
// goos. It also lists packages that do not compile.
func list(ctx context.Context, dir, goos string) ([]listed, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-e", "-deps",
		"-json=ImportPath,Dir,Standard,DepOnly,GoFiles,Imports", "./...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOOS="+goos, "CGO_ENABLED=0", "GOWORK=off")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list in %s for %s: %w: %s", dir, goos, err, stderr.Bytes())
	}
	return decode(out)
}

func decode(out []byte) ([]listed, error) {
	var all []listed
	packages := json.NewDecoder(bytes.NewReader(out))
	for {
		var p listed
		err := packages.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read go list's answer: %w", err)
		}
		all = append(all, p)
	}
}
