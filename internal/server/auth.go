package server

import (
	"net/http"
	"os"

	"go.yaml.in/yaml/v3"
	"golang.org/x/crypto/bcrypt"
)

// authenticator returns whether a request has proved who sends it, by the web
// config of that name: with a client certificate, or as one of its
// basic_auth_users. The toolkit has refused those who failed to, but does not
// tell whether anybody had to; so the file is read again for each request, as
// the toolkit does it.
func authenticator(webConfig string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		if r.TLS != nil && len(r.TLS.VerifiedChains) > 0 {
			return true
		}
		name, password, given := r.BasicAuth()
		if !given || webConfig == "" {
			return false
		}
		hash, known := basicAuthUsers(webConfig)[name]
		return known && bcrypt.CompareHashAndPassword([]byte(hash), []byte(password)) == nil
	}
}

func basicAuthUsers(webConfig string) map[string]string {
	data, err := os.ReadFile(webConfig)
	if err != nil {
		return nil
	}
	var file struct {
		Users map[string]string `yaml:"basic_auth_users"`
	}
	if yaml.Unmarshal(data, &file) != nil {
		return nil
	}
	return file.Users
}
