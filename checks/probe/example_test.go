package probe_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
)

func ExampleHTTP() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "healthy") }))
	defer server.Close()

	check, err := checks.New("shop", probe.HTTP{URL: server.URL})
	if err != nil {
		panic(err)
	}
	_, err = check.Func(context.Background())
	fmt.Println(check.Name, check.Type, err)
	// Output: shop http <nil>
}

// All faults of the settings come at once.
func ExampleTCP() {
	_, err := checks.New("mail", probe.TCP{Address: "mail"})
	fmt.Println(err)
	// Output: check "mail": tcp: address: "mail", want host:port or unix:///path
}

func ExampleTLS() {
	check, err := checks.New("certificate", probe.TLS{Address: "shop.example.org:443", WarnDays: 21, FailDays: 7})
	if err != nil {
		panic(err)
	}
	fmt.Println(check.Name, check.Type)
	// Output: certificate tls
}
