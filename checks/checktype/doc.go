// Package checktype helps authors of check types, in addition to package checks:
// it has faults of settings that name their key, secrets and the files that hold
// them, and TLS.
//
// A check type is a struct whose exported fields are its settings:
//
//	type Spool struct {
//		Address      string              `yaml:"address"`
//		Password     checks.Secret       `yaml:"password"`
//		PasswordFile checks.SecretFile   `yaml:"password_file"`
//		TLS          *checks.TLS         `yaml:"tls"`
//	}
//
//	func (Spool) Type() string { return "spool" }
//
//	func (s Spool) Build() (checks.Func, error) {
//		var f checktype.Faults
//		if s.Address == "" {
//			f.Add("address", "missing, want host:port")
//		}
//		f.Join(checktype.OneSecret("password", s.Password, s.PasswordFile))
//		f.Join(checktype.ValidateTLS(s.TLS))
//		return s.run, f.Err()
//	}
//
// A run begins with [ReadSecret], which reads the secret and announces it, so
// that the scrubber masks it wherever the server repeats it. Other secrets, such
// as the password in a URL, are announced with [LearnSecret].
//
// The package opens no connection and keeps nothing between runs.
package checktype
