package cli

import "strings"

// completing returns the words of a command line that a shell completes, as kingpin
// needs them. Kingpin takes a word that is not a command yet for an argument of
// serve, the default, and then proposes nothing. So a last word that is not a flag
// is left out: kingpin proposes all commands, and the shell takes those that begin
// with the word. Flags before it are left out too, because bash splits them at "=".
func completing(args []string) []string {
	if len(args) < 2 || args[0] != "--completion-bash" {
		return args
	}
	before, last := whole(args[1:len(args)-1]), args[len(args)-1]
	if strings.HasPrefix(last, "-") || last == "=" {
		return args
	}
	words := args[:1:1]
	for i, word := range before {
		switch {
		case !strings.HasPrefix(word, "-"):
			words = append(words, word)
		case i == len(before)-1 && (!strings.Contains(word, "=") || strings.HasSuffix(word, "=")):
			return args // The last word may be its value.
		}
	}
	return words
}

// whole joins the words that bash has split at "=".
func whole(words []string) (joined []string) {
	for i := 0; i < len(words); i++ {
		word := words[i]
		if n := len(joined); word == "=" && n > 0 {
			joined[n-1] += "="
			if i++; i < len(words) {
				joined[n-1] += words[i]
			}
			continue
		}
		joined = append(joined, word)
	}
	return joined
}
