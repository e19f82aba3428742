package httpapi

import "net/http"

// Header values that all answers share. They never change; their capacity
// equals their length, so that an append copies them.
var (
	noStore     = []string{"no-store"}
	noSniff     = []string{"nosniff"}
	sameOrigin  = []string{"same-origin"} // Other sites learn no address of a page, but its own form says where it comes from.
	varyAccept  = []string{"Accept"}
	allowHealth = []string{"GET, HEAD, OPTIONS"}
	allowRead   = []string{"GET, HEAD"}
	typeJSON    = []string{"application/json"}
	typeText    = []string{"text/plain; charset=utf-8"}
	typeHealth  = []string{"application/health+json"}
)

func contentTypeOf(f Format) []string {
	switch f {
	case FormatText, FormatNagios:
		return typeText
	case FormatHealthJSON:
		return typeHealth
	}
	return typeJSON
}

func orElse(values, otherwise []string) []string {
	if values == nil {
		return otherwise
	}
	return values
}

// varyByAccept adds Accept to Vary and keeps a value set by a middleware.
func varyByAccept(header http.Header) {
	if before := header["Vary"]; len(before) > 0 {
		header["Vary"] = append(before[:len(before):len(before)], "Accept")
		return
	}
	header["Vary"] = varyAccept
}
