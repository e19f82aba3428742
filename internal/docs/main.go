// Command docs writes the documents that are made from the program and from the
// modules it links.
//
//	docs flags           writes docs/flags.md from the program's own help
//	docs licences        prints docs/licences.md
//	docs texts           prints the licence texts of all linked modules
//	docs bill PROGRAM    prints a bill of materials of PROGRAM (CycloneDX 1.5)
//
// It works on the module that contains the current directory. The check
// reference is written by config/internal/reference, from config's own types.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:generate go run . flags

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "docs:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	root, err := moduleRoot(ctx)
	if err != nil {
		return err
	}
	switch strings.Join(args[:min(len(args), 1)], "") {
	case "flags":
		return writeFlags(ctx, root)
	case "licences":
		return printLicences(ctx, root, out)
	case "texts":
		return printTexts(ctx, root, out)
	case "bill":
		if len(args) == 2 {
			return printBill(ctx, root, args[1], out)
		}
	}
	return errors.New("want flags, licences, texts, or bill PROGRAM")
}

// moduleRoot returns the folder of the go.mod that governs the current folder.
func moduleRoot(ctx context.Context) (string, error) {
	out, err := output(exec.CommandContext(ctx, "go", "env", "GOMOD"))
	return filepath.Dir(strings.TrimSpace(string(out))), err
}

// tool returns the path of the program that tools/NAME/go.mod pins, in Go's cache.
func tool(ctx context.Context, root, name string) (string, error) {
	//nolint:gosec // The names are constants of this program.
	out, err := output(exec.CommandContext(ctx, "go", "-C", root, "tool", "-n", "-modfile="+filepath.Join("tools", name, "go.mod"), name))
	return strings.TrimSpace(string(out)), err
}

// output returns the standard output of a command. If the command fails, the
// error includes its standard error.
func output(cmd *exec.Cmd) ([]byte, error) {
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, stderr.String())
	}
	return out, nil
}
