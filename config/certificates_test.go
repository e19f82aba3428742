package config_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

func TestCheckOpensCertificateFilesAndLoadDoesNot(t *testing.T) {
	certs := faulttest.Certificates(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "c.yml")
	settings := `checks:
  - name: a
    http:
      url: https://www.example.org/
      tls:
        server_name: www.example.org
        ca_file: CA
  - name: b
    tcp:
      address: www.example.org:443
      tls: {cert_file: CERT, key_file: KEY}
`
	write(t, file, strings.NewReplacer("CA", dir+"/none.pem", "CERT", certs.Good.CertFile, "KEY", certs.Client.KeyFile).Replace(settings))
	if _, err := config.Load(file); err != nil {
		t.Errorf("Load = %v, want no error: a check opens its certificates at every run", err)
	}
	_, err := config.Check(file)
	want := file + `:7: check "a": http.tls: ca_file ` + dir + "/none.pem: no such file or directory\n" +
		file + `:11: check "b": tcp.tls: cert_file ` + certs.Good.CertFile
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("Check = %v, want\n%s…", err, want)
	}
	write(t, file, strings.NewReplacer("CA", certs.CAFile, "CERT", certs.Good.CertFile, "KEY", certs.Good.KeyFile).Replace(settings))
	if _, err := config.Check(file); err != nil {
		t.Errorf("Check with good files = %v, want no error", err)
	}
}
