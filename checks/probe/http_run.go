package probe

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

func (c *httpCheck) run(ctx context.Context) (string, error) {
	authorization, err := c.authorization(ctx)
	if err != nil {
		return "", err
	}
	c.announce(ctx)
	h := c.firstHop(authorization)
	r := wire.Start(ctx, h.peer(c))
	defer r.Close()
	// The headers and the body have limits of their own. This limit is for the
	// data around them: chunk sizes and HTTP/2 frames.
	for {
		r.SetBudget(1<<20 + 16*c.maxBody)
		var code int
		var location string
		if code, location, err = c.ask(r, h); err != nil {
			return "", err
		}
		if location == "" {
			return strings.TrimSpace(fmt.Sprintf("%d %s", code, http.StatusText(code))), r.Warning()
		}
		if h, err = c.nextHop(h, code, location); err != nil {
			return "", err
		}
	}
}

// authorization returns the value of the Authorization header, or "".
func (c *httpCheck) authorization(ctx context.Context) (string, error) {
	s := c.settings
	if s.BasicAuth != nil {
		password, err := checktype.ReadSecret(ctx, s.BasicAuth.Password, s.BasicAuth.PasswordFile)
		if err != nil {
			return "", err
		}
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(s.BasicAuth.Username+":"+password)), nil
	}
	if s.BearerToken == "" && s.BearerTokenFile == "" {
		return "", nil
	}
	token, err := checktype.ReadSecret(ctx, s.BearerToken, s.BearerTokenFile)
	if err != nil {
		return "", err
	}
	if token == "" || !isHeaderValue(token) {
		return "", checks.Fail(checks.ReasonInternal, fmt.Errorf("local: bearer_token_file %s: is empty or has a control character", s.BearerTokenFile))
	}
	return "Bearer " + token, nil
}

// ask makes one request. If the reply is a redirect to follow, location is not
// empty. Any other unwanted reply is an error.
func (c *httpCheck) ask(r *wire.Run, h hop) (code int, location string, err error) {
	r.SetPeer(h.peer(c))
	conn, err := c.connect(r, h)
	if err != nil {
		return 0, "", err
	}
	defer conn.Close()
	x, res, err := c.roundTrip(r, h, conn)
	defer x.close()
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	checks.Observe(r.Context(), "status_code", float64(res.StatusCode))
	checks.TraceOf(r.Context()).Replied(res.StatusCode, "")
	if c.status.contains(res.StatusCode) {
		return res.StatusCode, "", c.judge(x, res)
	}
	location = res.Header.Get("Location")
	if !isRedirect(res.StatusCode) || location == "" {
		return 0, "", c.unwanted(res.StatusCode, "", c.evidence(x, res))
	}
	if !c.settings.FollowRedirects {
		return 0, "", c.unwanted(res.StatusCode, h.leadsTo(location, x), "")
	}
	h.remember(res)
	return res.StatusCode, location, nil
}

// unwanted returns the failure for a reply with the wrong status.
func (c *httpCheck) unwanted(code int, circumstance, evidence string) error {
	reason := checks.ReasonStatus
	switch code {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired:
		reason = checks.ReasonAuth
	}
	return checks.Fail(reason, fmt.Errorf("status %d%s, want %s%s", code, circumstance, c.status, evidence))
}

// secrets returns the parts of the request that a peer may echo and that must not
// be shown: credentials, and what could be one. Other words stay, such as those
// of the path, because the reply says with them what is wrong.
func (c *httpCheck) secrets(h hop) []string {
	list := c.proxySecrets()
	add := func(name, value string) {
		if checktype.CouldBeSecret(name, value) {
			list = append(list, value)
		}
	}
	for _, cookie := range h.cookies() {
		add("cookie", cookie.Value)
	}
	for _, word := range words(h.body + " " + h.url.Path) {
		add("", word)
	}
	before := "" // In JSON and forms the name of a value stands before it.
	for _, word := range strings.FieldsFunc(h.body, isPunctuation) {
		add(before, word)
		before = word
	}
	for name, values := range h.url.Query() {
		for _, value := range values {
			add(name, value)
			add(name, url.QueryEscape(value))
		}
	}
	for name, values := range h.header {
		if harmless(name) {
			continue
		}
		_, credentials, _ := strings.Cut(values[0], " ")
		add(name, values[0])
		add(name, credentials)
		if encoded, ok := strings.CutPrefix(values[0], "Basic "); ok {
			decoded, _ := base64.StdEncoding.DecodeString(encoded)
			_, password, _ := strings.Cut(string(decoded), ":")
			list = append(list, string(decoded), password)
		}
	}
	return list
}
