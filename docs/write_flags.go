//go:build ignore

// Write_flags writes flags.md from what the program says of itself.
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"os/exec"
	"regexp"
	"strings"
)

func main() {
	log.SetFlags(0)
	help := exec.Command("go", "run", ".", "--help-long")
	help.Dir, help.Stderr = "..", os.Stderr
	// One line for each flag, whatever the width of a terminal.
	help.Env = append(os.Environ(), "COLUMNS=1000", "CGO_ENABLED=0")
	out, err := help.Output()
	if err != nil {
		log.Fatal("go run . --help-long: ", err)
	}
	if err := os.WriteFile("flags.md", page(string(out)), 0o644); err != nil {
		log.Fatal(err)
	}
}

var (
	flag    = regexp.MustCompile(`^ +(?:-h, )?--(?:\[no-\])?([a-z.-]+)(?:=(.*?))?(?: \.\.\.)?(?: {2,}(.*))?$`)
	wrapped = regexp.MustCompile(`\n {20,}`)
)

// page makes Markdown of the help: one section for the flags of all commands,
// one for each command.
func page(help string) []byte {
	help = wrapped.ReplaceAllString(help, "  ")
	general, rest, found := strings.Cut(help, "Commands:\n")
	if !found {
		log.Fatal("the help has no commands")
	}
	var b bytes.Buffer
	b.WriteString("<!-- Written by `make docs`. Do not edit. -->\n\n# Flags\n\n")
	b.WriteString("Those of this first table may stand before and behind a command; a command's own stand behind it. What is\non or off is switched off by `--no-…`, such as `--no-web.enable-pprof`. No flag is taken from the environment.\n\n")
	table(&b, general)
	for _, command := range split(rest) {
		describe(&b, command)
	}
	return b.Bytes()
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
