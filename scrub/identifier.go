package scrub

import "strings"

// isIdentOf reports whether a value behind a colon or a blank is the name of
// something in a program. A password can look like a word in camel case.
func isIdentOf(c class, v string) bool {
	v = strings.TrimLeft(v, "*&")
	v = v[strings.LastIndexByte(v, '.')+1:]
	if c >= passLike {
		return isClass(v) || isAlgorithm(v) || isDigest(v) || isPointer(v)
	}
	return isIdent(v)
}

func hasUpper(v string) bool { return strings.ToLower(v) != v }

// isIdent reports whether a value with the characters of a secret is the name
// of something in a program: a class (OAuth2TokenProvider), an algorithm
// (SHA256withRSA), a digest or an address in memory.
func isIdent(v string) bool {
	return isCamel(v) || isAlgorithm(v) || isDigest(v) || isPointer(v)
}

// isCamel matches camel case with a number or two in it: most characters are
// lower-case letters, in runs of at least three with a vowel, one of which may
// have two. Generated secrets have shorter runs.
func isCamel(v string) bool {
	var c struct{ lower, upper, digits, numbers, runs, short int }
	for i := 0; i < len(v); i++ {
		switch {
		case isUpper(v[i]):
			c.upper++
		case isDigit(v[i]):
			c.digits++
			if i == 0 || !isDigit(v[i-1]) {
				c.numbers++
			}
		case isLower(v[i]):
			start := i
			for i+1 < len(v) && isLower(v[i+1]) {
				i++
			}
			run := v[start : i+1]
			if len(run) < 3 {
				c.short += 3 - len(run)
			} else if !strings.ContainsAny(v[max(0, start-1):i+1], "aeiouyAEIOUY") {
				return false
			}
			c.runs++
			c.lower += len(run)
		default:
			return false
		}
	}
	return c.upper > 0 && c.runs > 1 && c.short < 2 && c.numbers < 3 && c.digits < 5 && 3*c.lower > 2*len(v)-3
}

// classEndings are the last words of the names of classes.
var classEndings = [...]string{"Exception", "Error", "Encoder", "Decoder", "Provider", "Client", "Service", "Factory", "Filter",
	"Handler", "Manager", "Store", "Impl", "Response", "Request", "Validator", "Authenticator", "Generator"}

// isClass matches the name of a class by its last word, too.
func isClass(v string) bool {
	for _, ending := range classEndings {
		if strings.HasSuffix(v, ending) {
			return isCamel(v)
		}
	}
	return false
}

var algorithms = strings.NewReplacer("pkcs", "", "pbkdf", "", "hmac", "", "sha", "", "aes", "", "ecdsa", "", "rsa", "", "dsa", "", "with", "",
	"and", "", "mgf", "", "pss", "", "md", "", "gcm", "", "cbc", "", "psk", "", "tls", "", "ecdhe", "", "dhe", "", "chacha", "",
	"poly", "", "blake", "", "base", "", "utf", "", "bcrypt", "", "scrypt", "", "argon", "", "ed", "", "in", "", "format", "")

// isAlgorithm matches the names of algorithms: SHA256withRSA, PBKDF2WithHmacSHA256.
func isAlgorithm(v string) bool {
	return len(v) <= maxShape/2 && strings.Trim(v, "0123456789-_/") != "" &&
		strings.Trim(algorithms.Replace(strings.ToLower(v)), "0123456789-_/") == ""
}

// isDigest matches sha256/x and SHA256:x.
func isDigest(v string) bool {
	name, _, found := cutAny(v, ":/-")
	return found && len(name) > len("md") && isAlgorithm(name)
}

func cutAny(v, chars string) (before, after string, found bool) {
	if n := strings.IndexAny(v, chars); n >= 0 {
		return v[:n], v[n+1:], true
	}
	return v, "", false
}

// isPointer matches an address in memory: 0x000055d5f0a1b2c3.
func isPointer(v string) bool {
	return len(v) <= len("0x")+16 && strings.HasPrefix(v, "0x") && hexBytes.run(v, 2) == len(v)
}
