package checktype

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// LearnNamed announces value, as [LearnSecret] does, if name looks like the name
// of a secret (DB_PASSWORD, X-Api-Key) and value looks like one: at least eight
// characters, letters with digits or symbols among them, no blank and no path. If
// value is a URL, LearnNamed also announces its password, whatever name is.
// LearnNamed is for settings that may hold any text, such as environment
// variables, arguments and headers. It is strict because a word such as
// "production" must not disappear from all outputs.
func LearnNamed(ctx context.Context, name, value string) {
	if u, err := url.Parse(value); err == nil && u.User != nil {
		password, _ := u.User.Password()
		LearnSecret(ctx, password)
		return
	}
	if soundsSecret(name) && looksSecret(value) {
		LearnSecret(ctx, value)
	}
}

// CouldBeSecret reports whether value could be a secret under that name, or has
// itself the shape of a token. It is for a text that a peer may echo: it finds
// more than [LearnNamed], but leaves words such as "health", "status" and
// "production", without which nobody understands what the peer says.
func CouldBeSecret(name, value string) bool {
	const shortest = 4
	generic := strings.EqualFold(name, "key") || strings.EqualFold(name, "auth")
	return len(value) >= shortest && (looksToken(value) || soundsSecret(name) && !generic)
}

// looksToken reports whether value looks like a token instead of a word: it has
// digits or capitals after small letters, or is long without a separator.
func looksToken(value string) bool {
	const shortest, long = 8, 20
	digit, mixed, separated := false, false, false
	before := rune(0)
	for _, r := range value {
		digit = digit || unicode.IsDigit(r)
		mixed = mixed || unicode.IsUpper(r) && unicode.IsLower(before)
		separated = separated || strings.ContainsRune("-_./ ", r)
		before = r
	}
	return len(value) >= shortest && (digit || mixed || len(value) >= long && !separated)
}

// secretWords are parts of names, in lower case and without a plural s.
var secretWords = []string{
	"password", "passwd", "passphrase", "pass", "pwd", "pw", "secret", "token", "key", "apikey", "credential", "auth", "authorization",
	"cookie", "session", "signature", "jwt", "pat", "pin",
}

// soundsSecret reports whether one of the words of a name indicates a secret:
// db_password, X-Auth-Token, accessKey.
func soundsSecret(name string) bool {
	var words strings.Builder
	before := rune(0)
	for _, r := range name {
		if unicode.IsUpper(r) && unicode.IsLower(before) || !unicode.IsLetter(r) {
			words.WriteByte(' ')
		}
		words.WriteRune(unicode.ToLower(r))
		before = r
	}
	separates := func(r rune) bool { return !unicode.IsLetter(r) }
	return slices.ContainsFunc(strings.FieldsFunc(words.String(), separates), func(word string) bool {
		return slices.Contains(secretWords, strings.TrimSuffix(word, "s")) || slices.Contains(secretWords, word)
	})
}

// looksSecret reports whether a value has the shape of a secret.
func looksSecret(value string) bool {
	const shortest = 8
	letters, others := 0, 0
	for _, r := range value {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			return false
		case unicode.IsLetter(r):
			letters++
		default:
			others++
		}
	}
	path := strings.HasPrefix(value, "/") || strings.HasPrefix(value, "./") || strings.HasPrefix(value, "~/")
	return len(value) >= shortest && letters > 0 && others > 0 && !path && !strings.Contains(value, "://")
}
