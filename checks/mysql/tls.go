package mysql

import (
	"bytes"
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"iter"
	"math/big"
	"sync"
	"time"
)

// mysqlTLS stands between the driver and its guard when a check wants TLS. The
// driver makes a TLS connection of what it is given, and a guard below that would
// see no packet. So the driver's TLS ends here, at a peer in this process, which
// hands what the driver says to the guard; the guard's connection becomes one of
// TLS with the server at that moment. The driver has to believe in its TLS: some
// passwords it sends only then.
//
// The peer runs while the driver waits in its Write, until it has read all of that:
// the two never run at the same time, and there is no goroutine to wait for.
type mysqlTLS struct {
	*guard
	secure func() error // makes the guard's connection one of TLS
	config *tls.Config  // of the peer

	peer       *tls.Conn // nil until the driver begins TLS
	fromDriver bytes.Buffer
	toDriver   bytes.Buffer
	resume     func() (struct{}, bool) // lets the peer run, false when it is at its end
	stop       func()                  // ends the peer, and must be called
	err        error                   // that the peer has ended with
}

func newMySQLTLS(guard *guard, config *tls.Config, secure func() error) *mysqlTLS {
	t := &mysqlTLS{guard: guard, config: config, secure: secure}
	t.resume, t.stop = iter.Pull(t.serve)
	return t
}

// Write passes on what is plain. TLS begins with a record that begins with 22
// (handshake), 3, 1; a packet begins with its length, which is not 66326 before
// the end of the login.
func (t *mysqlTLS) Write(p []byte) (int, error) {
	if t.peer == nil && !(t.login && bytes.HasPrefix(p, []byte{22, 3, 1})) {
		return t.guard.Write(p)
	}
	t.fromDriver.Write(p)
	if _, waits := t.resume(); !waits {
		return 0, t.err
	}
	return len(p), nil
}

// Read reads what the peer has to say. When that is nothing, it is the server's turn.
func (t *mysqlTLS) Read(p []byte) (int, error) {
	if t.peer == nil {
		return t.guard.Read(p)
	}
	if t.toDriver.Len() == 0 {
		n, err := t.guard.Read(p)
		if err != nil {
			return 0, err
		}
		if _, err = t.peer.Write(p[:n]); err != nil {
			return 0, err
		}
	}
	return t.toDriver.Read(p)
}

// serve is the peer, from the handshakes to the end of the run.
func (t *mysqlTLS) serve(wait func(struct{}) bool) {
	if t.err = t.secure(); t.err != nil {
		return
	}
	t.peer = tls.Server(mysqlRecords{mysqlTLS: t, wait: wait}, t.config)
	_, err := io.CopyBuffer(t.guard, t.peer, make([]byte, 4096))
	t.err = cmp.Or(err, io.ErrClosedPipe)
}

// mysqlRecords is the connection of the peer with the driver.
type mysqlRecords struct {
	*mysqlTLS
	wait func(struct{}) bool // until the driver has said more; false at the end
}

func (r mysqlRecords) Read(p []byte) (int, error) {
	if r.fromDriver.Len() == 0 && !r.wait(struct{}{}) {
		return 0, io.ErrClosedPipe
	}
	return r.fromDriver.Read(p)
}

func (r mysqlRecords) Write(p []byte) (int, error) { return r.toDriver.Write(p) }

// mysqlEnds is how the two ends of the driver's TLS are set up.
type mysqlEnds struct{ driver, peer *tls.Config }

// ownTLS makes a key that only the driver trusts. There is one for a process, and
// it is nowhere but in its memory.
var ownTLS = sync.OnceValues(func() (mysqlEnds, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return mysqlEnds{}, err
	}
	const name = "mysql.invalid"
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{name},
		NotBefore: time.Unix(0, 0), NotAfter: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return mysqlEnds{}, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return mysqlEnds{}, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	curves := []tls.CurveID{tls.CurveP256}
	pair := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: cert}
	return mysqlEnds{
		driver: &tls.Config{MinVersion: tls.VersionTLS13, CurvePreferences: curves, RootCAs: roots, ServerName: name},
		peer: &tls.Config{MinVersion: tls.VersionTLS13, CurvePreferences: curves, Certificates: []tls.Certificate{pair},
			SessionTicketsDisabled: true}, // A ticket would come after the handshake.
	}, nil
})
