package probe

import (
	"context"
	"encoding/base64"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// announce announces the secrets of a run that are neither basic_auth nor
// bearer_token: the password in the proxy's URL, and what headers such as
// X-Api-Key and Cookie contain.
func (c *httpCheck) announce(ctx context.Context) {
	if c.proxy != nil {
		checktype.LearnSecret(ctx, c.proxySecrets()...)
	}
	for name, value := range c.settings.Headers {
		announceHeader(ctx, name, value)
	}
}

// announceHeader announces the secrets in the value of a header: the value itself,
// the credentials after a scheme, the password in Basic, the values of cookies.
func announceHeader(ctx context.Context, name, value string) {
	for part := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == ' ' || r == ';' || r == ',' }) {
		if strings.EqualFold(name, "Cookie") {
			_, part, _ = strings.Cut(part, "=")
		}
		checktype.LearnNamed(ctx, name, part)
		if plain, err := base64.StdEncoding.DecodeString(part); err == nil {
			if _, password, is := strings.Cut(string(plain), ":"); is {
				checktype.LearnNamed(ctx, name, password)
			}
		}
	}
}
