//go:build unix

package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// bomb fills a megabyte with what.
func bomb(what string) string { return strings.Repeat(what, (1<<20-100)/len(what)) }

func TestBombsAreRefusedCheaply(t *testing.T) {
	keys := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "  k%d: v\n", i)
		}
		return b.String()
	}
	for name, c := range map[string]struct{ content, want string }{
		"10,000 deep in brackets":    {"a: " + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000), "is nested deeper than 50"},
		"10,000 deep in braces":      {strings.Repeat("{a: ", 10_000), ""},
		"10,000 deep in dashes":      {"x-a:\n  " + strings.Repeat("- ", 10_000) + "a", ""},
		"20,000 deep in brackets":    {strings.Repeat("[", 20_000), "exceeded max depth"},
		"a megabyte of brackets":     {bomb("["), "has more than"},
		"a megabyte of dashes":       {"a:\n " + bomb("- "), ""},
		"a megabyte of questions":    {bomb("? "), "has more than"},
		"a megabyte of commas":       {"a: [" + bomb("a,") + "]", "has more than"},
		"a megabyte of colons":       {bomb(":"), ""},
		"a megabyte of lines":        {bomb("\n") + "a: [", ""},
		"a megabyte of one word":     {bomb("a"), ""},
		"a megabyte of one key":      {bomb("a") + ": x", ""},
		"a megabyte of one quote":    {"a: \"" + bomb("a"), "unexpected end"},
		"a megabyte of anchors":      {"x-a: [" + bomb("&a a,") + "]\nb: c", ""},
		"a megabyte of tags":         {"x-a: [" + bomb("!!str a,") + "]\nb: c", ""},
		"a megabyte of documents":    {strings.Repeat("---\n", 50_000), "a second document begins"},
		"a megabyte of list items":   {"checks:\n" + bomb("- 5\n"), ""},
		"a megabyte of faulty items": {"checks:\n" + bomb("- {name: 5 5, a: b}\n"), ""},
		"20,000 keys":                {"environment:\n labels:\n" + keys(20_000), "more than 1000 keys"},
		"1,001 keys":                 {"environment:\n labels:\n" + keys(1001), "more than 1000 keys"},
		"20,000 keys at the top":     {strings.ReplaceAll(keys(20_000), "  ", ""), "more than 1000 keys"},
		"merges of many keys":        {"x-a: &a\n" + keys(900) + "x-b:\n" + strings.Repeat("  - {<<: [*a, *a, *a, *a, *a, *a, *a, *a]}\n", 5000) + "b: c", "more than 1000 keys"},
		"a chain of anchors":         {chain(200) + "healthcheck: {sections: {a: *a199}}\n", "is nested deeper than 50"},
		"cycles of thousands":        {cyclic(4_000), "(3993 more)"},
		"unknown dependencies":       {strings.ReplaceAll(cyclic(3_000), ", c0]", ", x0, x1, x2]"), "there is no check"},
		"60,000 unknown keys":        {unknownKeys(60, 999), "and at least 950 more faults"},
		"60,000 keys at the top":     {strings.ReplaceAll(keys(60_000), "  ", ""), "more than 1000 keys"},
		"20,000 bad checks":          {"checks:\n" + strings.Repeat("  - {name: c, tcp: {adress: x}}\n", 20_000), "a list has more than 10000 items"},
		"10,000 bad checks":          {"checks:\n" + strings.Repeat("  - {name: c, tcp: {adress: x}}\n", 10_000), "and at least 950 more faults"},
		"10,000 checks do not build": {"checks:\n" + strings.Repeat("  - {name: c, tcp: {address: x}}\n", 10_000), "and at least 950 more faults"},
		"larger than a megabyte":     {"checks: []\n#" + strings.Repeat("x", 1<<20), "is larger than 1 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "bomb.yml")
			write(t, file, c.content)
			message := refused(t, file)
			if !strings.Contains(message, c.want) || !strings.HasPrefix(message, file+":") {
				t.Errorf("refused with %.300q, want %q", message, c.want)
			}
			if len(message) > 64<<10 {
				t.Errorf("the message has %d bytes", len(message))
			}
		})
	}
}

// unknownKeys makes checks with that many unknown keys each.
func unknownKeys(checks, each int) string {
	var b strings.Builder
	b.WriteString("checks:\n")
	for i := range checks {
		fmt.Fprintf(&b, "- name: c%d\n", i)
		for j := range each {
			fmt.Fprintf(&b, "  k%d: v\n", j)
		}
	}
	return b.String()
}

// chain makes n anchors, each a list with the one before in it.
func chain(n int) string {
	b := strings.Builder{}
	b.WriteString("x-0: &a0 [a]\n")
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, "x-%d: &a%d [*a%d]\n", i, i, i-1)
	}
	return b.String()
}

func TestSparseFileOfAHundredMegabytesIsRefusedCheaply(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sparse.yml")
	write(t, file, "checks: []\n")
	if err := os.Truncate(file, 100<<20); err != nil {
		t.Fatal(err)
	}
	if got := refused(t, file); got != file+": is larger than 1 MiB" {
		t.Errorf("refused with %q", got)
	}
}

// cyclic makes n checks, each of which depends on the next and the first.
func cyclic(n int) string {
	var b strings.Builder
	b.WriteString("checks:\n")
	for i := range n {
		fmt.Fprintf(&b, "  - {name: c%d, memory: {}, depends_on: [c%d, c0]}\n", i, (i+1)%n)
	}
	return b.String()
}
