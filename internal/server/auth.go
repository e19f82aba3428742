package server

import (
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"sync"

	"go.yaml.in/yaml/v3"
	"golang.org/x/crypto/bcrypt"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// authenticator returns a func that reports whether a request is authenticated
// according to the web config file webConfig: by a client certificate or as one
// of its basic_auth_users. exporter-toolkit has already refused wrong
// credentials, but does not report whether it required any. Like the toolkit, the
// func therefore reads the file again for each request.
func authenticator(webConfig string) func(*http.Request) bool {
	known := &comparisons{}
	return func(r *http.Request) bool {
		if verifiedCertificate(r) != nil {
			return true
		}
		name, password, given := r.BasicAuth()
		if !given || webConfig == "" {
			return false
		}
		users, _ := basicAuthUsers(webConfig) // Without a readable file nobody is known.
		hash, exists := users[name]
		return exists && known.match(hash, password)
	}
}

// verifiedCertificate returns the certificate of a client, if the TLS handshake has
// verified it, or nil.
func verifiedCertificate(r *http.Request) *x509.Certificate {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 {
		return nil
	}
	return r.TLS.VerifiedChains[0][0]
}

// comparisons remembers which passwords match which hashes: a comparison takes tens
// of milliseconds, and a client may ask each second. It is safe for concurrent use.
type comparisons struct {
	mu      sync.Mutex
	matches map[[sha256.Size]byte]bool
}

// maxComparisons bounds what is remembered. A hash changes with its password.
const maxComparisons = 100

func (c *comparisons) match(hash, password string) bool {
	key := sha256.Sum256([]byte(hash + "\x00" + password))
	c.mu.Lock()
	known := c.matches[key]
	c.mu.Unlock()
	if known {
		return true
	}
	if bcrypt.CompareHashAndPassword([]byte(hash), []byte(password)) != nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.matches == nil || len(c.matches) >= maxComparisons {
		c.matches = map[[sha256.Size]byte]bool{}
	}
	c.matches[key] = true
	return true
}

// basicAuthUsers returns the users of a web config and their hashes. It returns an
// error only for a file that cannot be read.
func basicAuthUsers(webConfig string) (map[string]string, error) {
	data, err := checktype.ReadPEM(webConfig) // Its limits suit this file too.
	if err != nil {
		return nil, err
	}
	var file struct {
		Users map[string]string `yaml:"basic_auth_users"`
	}
	if yaml.Unmarshal(data, &file) != nil {
		file.Users = nil // The toolkit says what is wrong with it.
	}
	return file.Users, nil
}

// ValidateWebConfig returns an error for a web config that cannot be read, as
// endless or blocking files, which exporter-toolkit would read for ever. It also
// returns an error that names each user whose password is not a bcrypt hash, and
// says how to make a hash. The errors of exporter-toolkit contain neither.
// ValidateWebConfig reports no other fault. An empty name is no file.
func ValidateWebConfig(name string) error {
	if name == "" {
		return nil
	}
	users, err := basicAuthUsers(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // The toolkit says that.
		return err
	}
	var errs []error
	for _, user := range slices.Sorted(maps.Keys(users)) {
		if _, err := bcrypt.Cost([]byte(users[user])); err != nil {
			errs = append(errs, fmt.Errorf("%s: basic_auth_users: user %q: the password is not a bcrypt hash, make one with: htpasswd -nBC 10 %s", name, user, user))
		}
	}
	return errors.Join(errs...)
}
