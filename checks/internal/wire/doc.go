// Package wire is the network side of a check's run. It dials, makes TLS
// connections, ends all of them with the run's context, bounds what is read,
// and words the failures, so that the same fault reads the same in every check
// type:
//
//	resolving shop.example.org: no such host
//	connecting to 192.0.2.1:80: connection refused
//	tls handshake with 192.0.2.1:443: certificate signed by unknown authority
//	waiting for a reply from 192.0.2.1:6379: timeout after 2s
//
// A type that speaks its protocol itself dials, names each phase and turns the
// errors of its connection into failures:
//
//	r := wire.Start(ctx, "192.0.2.1:7")
//	defer r.Close()
//	conn, err := r.Dial("tcp", "192.0.2.1:7")
//	if err != nil {
//		return "", err
//	}
//	r.Phase("waiting for a reply from")
//	if _, err := io.ReadFull(conn, reply); err != nil {
//		return "", r.Fail(err)
//	}
//
// A client library dials through [Run.DialContext], and its errors go through
// [Run.Explain], which prefers the error of the connection to the library's own
// message. A library that starts TLS itself gets its configuration from
// [Run.TLSConfig].
package wire
