package scrub

import "strings"

// A wordlist is a set of words in lower case, by their first letter. Most lookups
// end there or at the length of a word.
type wordlist [256][]string

// wordSet returns a list of the words of texts.
func wordSet(texts ...string) *wordlist {
	l := &wordlist{}
	for word := range strings.FieldsSeq(strings.Join(texts, " ")) {
		l[word[0]] = append(l[word[0]], word)
	}
	return l
}

// has reports whether a word, in any case, is in a list.
func has[T string | []byte](l *wordlist, word T) bool {
	if len(word) == 0 {
		return false
	}
	for _, listed := range l[lowerCase(word[0])] {
		if len(listed) == len(word) && isLowerOf(listed, word) {
			return true
		}
	}
	return false
}

// isLowerOf reports whether lower is a word of the same length in lower case.
func isLowerOf[T string | []byte](lower string, word T) bool {
	for i := range len(lower) {
		if lower[i] != lowerCase(word[i]) {
			return false
		}
	}
	return true
}

func lowerCase(c byte) byte {
	if isUpper(c) {
		return c + 'a' - 'A'
	}
	return c
}
