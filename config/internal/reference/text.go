package main

import (
	"fmt"
	"strings"
)

// width is that of the narrowest terminal.
const width = 80

// typesText is config/types.txt: what `config types` prints, a part for each
// type, which begins with a line "== name".
func typesText(types []described, tls described) string {
	var b strings.Builder
	for i, t := range types {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "== %s\n\n", t.name)
		blocks(t.doc,
			func(text string) { b.WriteString(wrap(text, "") + "\n") },
			func(code string) { b.WriteString("    " + strings.ReplaceAll(code, "\n", "\n    ") + "\n\n") },
		)
		b.WriteString("Keys:\n")
		keys := t.keys
		for _, k := range keys {
			writeKey(&b, k)
			if k.name == "tls" {
				for _, below := range tls.keys {
					below.name = "tls." + below.name
					writeKey(&b, below)
				}
			}
		}
	}
	return b.String()
}

func writeKey(b *strings.Builder, k key) {
	about := k.kind
	switch {
	case k.required:
		about += ", required"
	case k.standard != "":
		about += ", default " + strings.ReplaceAll(k.standard, "`", "")
	}
	fmt.Fprintf(b, "  %s%s", strings.TrimLeft(wrap(k.name+" ("+about+")", "      "), " "), wrap(strings.ReplaceAll(k.doc, "`", ""), "      "))
}

// wrap breaks a text into lines that begin with indent.
func wrap(text, indent string) string {
	var b strings.Builder
	line := indent
	for word := range strings.FieldsSeq(text) {
		if len(line)+1+len(word) > width && line != indent {
			b.WriteString(line + "\n")
			line = indent
		}
		if line != indent {
			line += " "
		}
		line += word
	}
	return b.String() + line + "\n"
}
