package server

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"

	"go.yaml.in/yaml/v3"
	"golang.org/x/crypto/bcrypt"
)

// authenticator returns a func that reports whether a request is authenticated
// according to the web config file webConfig: by a client certificate or as one
// of its basic_auth_users. exporter-toolkit has already refused wrong
// credentials, but does not report whether it required any. Like the toolkit, the
// func therefore reads the file again for each request.
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

// ValidateWebConfig returns an error that names each user of a web config whose
// password is not a bcrypt hash, and says how to make a hash. The errors of
// exporter-toolkit contain neither. ValidateWebConfig reports no other fault.
func ValidateWebConfig(name string) error {
	var errs []error
	users := basicAuthUsers(name)
	for _, user := range slices.Sorted(maps.Keys(users)) {
		if _, err := bcrypt.Cost([]byte(users[user])); err != nil {
			errs = append(errs, fmt.Errorf("%s: basic_auth_users: user %q: the password is not a bcrypt hash, make one with: htpasswd -nBC 10 %s", name, user, user))
		}
	}
	return errors.Join(errs...)
}
