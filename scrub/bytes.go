package scrub

// A set is one of bytes. Letters of other scripts than Latin are bytes from 128 on.
type set [256]bool

var (
	nameBytes   = alnumAnd("_-.[]%$")   // db.password, user[pass], X-Api-Key, --token
	userBytes   = alnumAnd("_.%+~$!@-") // of a user name outside a URL
	schemeBytes = asciiAnd("+.-")       // of a URL's scheme
	tokenBytes  = asciiAnd("_-.~+/=")   // of a bearer token (RFC 6750)
	pathBytes   = allBut(" \t\n\v\f\r?#\"'`<>()\\,;")
	paramBytes  = allBut(" \t\n\v\f\r&;#\"'`<>\\")
)

func asciiAnd(more string) (s set) {
	for c := range s {
		s[c] = isASCIIAlnum(byte(c))
	}
	for i := range len(more) {
		s[more[i]] = true
	}
	return s
}

func alnumAnd(more string) set {
	s := asciiAnd(more)
	for c := 128; c < len(s); c++ {
		s[c] = true
	}
	return s
}

func allBut(not string) (s set) {
	for c := range s {
		s[c] = true
	}
	for i := range len(not) {
		s[not[i]] = false
	}
	return s
}

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isASCIIAlnum(c byte) bool { return isLower(c) || isUpper(c) || isDigit(c) }

// isAlnum takes the bytes of other scripts for letters.
func isAlnum(c byte) bool { return isASCIIAlnum(c) || c >= 128 }

func isBlank(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

func isQuote(c byte) bool { return c == '"' || c == '\'' || c == '`' }

// isPlain are the characters of most tokens.
func isPlain(c byte) bool { return isASCIIAlnum(c) || c == '_' || c == '-' }

func isDotted(c byte) bool { return isPlain(c) || c == '.' }

func isUpperDigit(c byte) bool { return isUpper(c) || isDigit(c) }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c && c <= 'f' }

func isBase64(c byte) bool { return isASCIIAlnum(c) || c == '+' || c == '/' || c == '=' }

func isBearer(c byte) bool { return tokenBytes[c] }
