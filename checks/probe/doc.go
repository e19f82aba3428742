// Package probe holds the check types for network endpoints that need no client
// library: HTTP, TCP, TLS and DNS. Each is one struct; its exported fields are
// the settings, under the same names in YAML and in Go:
//
//	shop, err := checks.New("shop", probe.HTTP{
//		URL:        "https://shop.example.org/health",
//		BodyRegexp: `"status": *"up"`,
//	})
//
// Build validates and does no input or output. Every run opens a connection of
// its own, reads a bounded part of the reply, and closes everything before it
// returns. It returns at once when its context ends. Concurrent runs do not
// affect each other.
//
// A failure has a reason of the closed set in package checks and a sentence that
// names the peer and the phase, or what was wanted and found. The text is the
// same for the same fault, so that it can be compared, and holds no secret of the
// settings. Durations are not part of the text; they are observed
// (connect_seconds, first_byte_seconds …).
//
// The package does not measure throughput, speak QUIC, keep connections, or take
// a proxy from the environment.
package probe
