package mysql_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/mysql"
)

// The driver indexes packets without looking at their length: each of these is the
// shortest sound one, or shorter.
func TestPacketsAreSoundFromTheLengthThatTheDriverReads(t *testing.T) {
	const version = "\x0a8.4.0\x00"
	fill := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct {
		name  string
		sound func([]byte) bool
		valid []string
		short []string
	}{
		{"greeting", mysql.SoundGreeting, []string{version + fill(44), "\x0a\x00" + fill(44), "\xff\x15\x04no"}, []string{"", "\x0a8.4.0", version, version + fill(43), "\x0a\x00" + fill(43), "\xff\x15\x04"}},
		{"OK", mysql.SoundReply, []string{"\x00\x00\x00\x02\x00", "\x00\xfa\xfa\x02\x00"}, []string{"", "\x00\x00\x00\x02", "\x00\xfb\x00\x02\x00", "\x00\x00\xfb\x02\x00"}},
		{"error", mysql.SoundReply, []string{"\xff\x15\x04n", "\xff\x15\x04#28000"}, []string{"\xff\x15\x04", "\xff\x15\x04#2800"}},
		{"more", mysql.SoundReply, []string{"\x01", "\x01\x04", "\x01" + publicKey(t, false)}, []string{"\x01\x04\x05", "\x01" + publicKey(t, true), "\x01-----BEGIN PUBLIC KEY-----\n\n-----END PUBLIC KEY-----\n"}},
		{"switch", mysql.SoundReply, []string{
			"\xfemysql_native_password\x00" + fill(20) + "\x00", "\xfemysql_native_password\x00" + fill(20),
			"\xfemysql_old_password\x00" + fill(8), "\xfesha256_password", "\xfe",
		}, []string{"\xfemysql_native_password\x00" + fill(19) + "\x00", "\xfemysql_old_password\x00" + fill(7) + "\x00"}},
		{"another kind", mysql.SoundReply, nil, []string{"\x02", "\xfd"}},
		{"result", mysql.SoundResult, []string{"\x00", "\x01", "\xfb", "\xfc\x00\x10", "\xff"}, []string{"", "\xfc", "\xfc\x01", "\xfc\x01\x10", "\xfd\x01\x00\x00", "\xfe"}},
	} {
		for _, packet := range c.valid {
			if !c.sound([]byte(packet)) {
				t.Errorf("%s %q is not sound, want it to be", c.name, packet)
			}
		}
		for _, packet := range c.short {
			if c.sound([]byte(packet)) {
				t.Errorf("%s %q is sound, want it not to be", c.name, packet)
			}
		}
	}
}

// publicKey returns a public key in PEM, of RSA or of another kind.
func publicKey(t *testing.T, other bool) string {
	t.Helper()
	var key any
	if small, err := rsa.GenerateKey(rand.Reader, 1024); err != nil {
		t.Fatal(err)
	} else {
		key = &small.PublicKey
	}
	if other {
		curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		key = &curve.PublicKey
	}
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}
