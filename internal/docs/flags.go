package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// writeFlags writes docs/flags.md from the program's own help.
func writeFlags(ctx context.Context, root string) error {
	help := exec.CommandContext(ctx, "go", "run", ".", "--help-long")
	help.Dir = root
	// A wide terminal: one line for each flag.
	help.Env = append(os.Environ(), "COLUMNS=1000", "CGO_ENABLED=0")
	out, err := output(help)
	if err != nil {
		return err
	}
	text, err := flagsPage(string(out))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, "docs", "flags.md"), text, 0o644) //nolint:gosec // A document.
}

var (
	flag    = regexp.MustCompile(`^ +(?:-h, )?--(?:\[no-\])?([a-z.-]+)(?:=(.*?))?(?: \.\.\.)?(?: {2,}(.*))?$`)
	wrapped = regexp.MustCompile(`\n {20,}`)
)

// flagsPage returns the help as Markdown: one section for the flags of all
// commands, then one for each command.
func flagsPage(help string) ([]byte, error) {
	help = wrapped.ReplaceAllString(help, "  ")
	general, rest, found := strings.Cut(help, "Commands:\n")
	if !found {
		return nil, errors.New("the help lists no commands")
	}
	var b bytes.Buffer
	b.WriteString("<!-- Written by `make docs`. Do not edit. -->\n\n# Flags\n\n")
	b.WriteString("The flags of this first table may stand before or after a command; a command's own flags stand after it.\nA flag without a value is switched off by `--no-…`, such as `--no-web.enable-pprof`. No flag is read from the\nenvironment.\n\n")
	table(&b, general)
	for _, command := range split(rest) {
		describe(&b, command)
	}
	return b.Bytes(), nil
}

// split cuts the list of commands: each begins at the left margin.
func split(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		switch {
		case strings.TrimLeft(line, " \n") == line:
			all = append(all, line)
		case len(all) > 0:
			all[len(all)-1] += line
		}
	}
	return all
}

// table lists the flags of a text.
func table(b *bytes.Buffer, text string) {
	first := true
	for line := range strings.Lines(text) {
		f := flag.FindStringSubmatch(strings.TrimRight(line, "\n"))
		if f == nil {
			continue
		}
		if first {
			b.WriteString("| Flag | Default | |\n|---|---|---|\n")
			first = false
		}
		value := strings.Trim(f[2], `"`)
		if value != "" && value == strings.ToUpper(value) && !strings.ContainsAny(value, ":0123456789") {
			f[1], value = f[1]+"="+value, "" // A placeholder.
		}
		if value != "" {
			value = "`" + value + "`"
		}
		fmt.Fprintf(b, "| `--%s` | %s | %s |\n", f[1], value, strings.ReplaceAll(strings.TrimSpace(f[3]), "|", `\|`))
	}
}

// describe writes the section of a command.
func describe(b *bytes.Buffer, text string) {
	usage, body, _ := strings.Cut(text, "\n")
	if strings.HasPrefix(usage, "help") {
		return
	}
	about, flags, _ := strings.Cut(body, "\n\n")
	fmt.Fprintf(b, "\n## `%s`\n\n%s\n", usage, strings.TrimSpace(about))
	if strings.Contains(flags, "--") {
		b.WriteString("\n")
		table(b, flags)
	}
}
