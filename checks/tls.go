package checks

// TLS is how every check type spells its TLS settings. Nil means no TLS (unless
// the scheme of a URL wants it), the zero value TLS with the roots of the system.
//
//	tls: {ca_file: /etc/ssl/internal-ca.pem, server_name: db.example.org}
type TLS struct {
	// CAFile holds the PEM certificates that are trusted instead of the system's.
	CAFile string `yaml:"ca_file"`
	// CertFile is the client's certificate in PEM. It needs KeyFile.
	CertFile string `yaml:"cert_file"`
	// KeyFile is the key of CertFile in PEM.
	KeyFile string `yaml:"key_file"`
	// ServerName is the name that the peer's certificate must be for. Empty
	// means the host of the address.
	ServerName string `yaml:"server_name"`
	// MinVersion is TLS10, TLS11, TLS12 or TLS13. Empty means TLS12.
	MinVersion string `yaml:"min_version"`
	// Legacy accepts two things that old servers need and that are off otherwise:
	// RSA key exchange, and one renegotiation of each connection.
	Legacy bool `yaml:"legacy"`
	// InsecureSkipVerify accepts any certificate.
	InsecureSkipVerify bool `yaml:"insecure_skip_verify"`
	// WarnDays passes with a warning when the peer's certificates are trusted for
	// fewer days than that; of several chains the best counts. Zero means never.
	WarnDays int `yaml:"warn_days"`
	// FailDays fails, with the reason threshold, when they are trusted for fewer
	// days than that. Zero means once they have expired.
	FailDays int `yaml:"fail_days"`
}
