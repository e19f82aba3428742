// Package probe holds the check types for network endpoints: HTTP, TCP and
// DNS. Each is one struct; its exported fields are the settings, under the
// same names in YAML and in Go:
//
//	shop, err := probe.HTTP{
//		URL:        "https://shop.example.org/health",
//		BodyRegexp: `"status": *"up"`,
//	}.Build()
//	// shop is a checks.Func: collector.New(…, checks.Check{Name: "shop", Func: shop})
//
// Build validates and does no input or output. Every run of the function that
// it returns opens a connection of its own, reads a bounded part of the answer
// and has closed everything when it returns, which is at once when its context
// ends; several runs at a time do not disturb each other. A failure has a
// reason of the closed set in package checks and a sentence that names the peer
// and the phase, or what was wanted and found. The text is the same for the same
// fault, so that it can be compared, and holds no secret of the settings.
// Durations are not in it: they are observed (connect_seconds,
// first_byte_seconds …).
//
// What this package does not do: measure throughput, speak HTTP/2 or QUIC,
// keep connections, or take a proxy from the environment.
package probe
