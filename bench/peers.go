package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	gosundheit "github.com/AppsFlyer/go-sundheit"
	sundheitchecks "github.com/AppsFlyer/go-sundheit/checks"
	sundheithttp "github.com/AppsFlyer/go-sundheit/http"
	alexliesenfeld "github.com/alexliesenfeld/health"
	etherlabs "github.com/etherlabsio/healthcheck"
	hellofresh "github.com/hellofresh/health-go/v5"
	heptiolabs "github.com/heptiolabs/healthcheck"
)

// A peer is another library with n checks of the same function, behind a
// handler. Where it can keep results for a time, or check in the background, it
// does. It is not ended: what it has started sleeps.
type peer struct {
	name   string
	target string // what its handler is asked for
	make   func(n int, keep time.Duration, check func() error) (http.Handler, error)
}

func peers() []peer {
	return []peer{
		{"alexliesenfeld", "/health", newAlexliesenfeld},
		{"go-sundheit", "/health", newSundheit},
		{"heptiolabs", "/ready?full=1", newHeptiolabs},
		{"hellofresh", "/health", newHellofresh},
		{"etherlabs", "/health", newEtherlabs},
	}
}

func newAlexliesenfeld(n int, keep time.Duration, check func() error) (http.Handler, error) {
	options := []alexliesenfeld.CheckerOption{alexliesenfeld.WithCacheDuration(keep)}
	for i := range n {
		options = append(options, alexliesenfeld.WithCheck(alexliesenfeld.Check{
			Name: checkName(i), Check: func(context.Context) error { return check() },
		}))
	}
	return alexliesenfeld.NewHandler(alexliesenfeld.NewChecker(options...)), nil
}

func newSundheit(n int, keep time.Duration, check func() error) (http.Handler, error) {
	h := gosundheit.New()
	for i := range n {
		err := h.RegisterCheck(&sundheitchecks.CustomCheck{
			CheckName: checkName(i),
			CheckFunc: func(context.Context) (any, error) { return checkName(i) + " ok", check() },
		}, gosundheit.ExecutionPeriod(keep))
		if err != nil {
			return nil, err
		}
	}
	for range 100 { // The first runs are under way.
		if h.IsHealthy() {
			return sundheithttp.HandleHealthJSON(h), nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return nil, fmt.Errorf("go-sundheit: not healthy after 5s")
}

func newHeptiolabs(n int, keep time.Duration, check func() error) (http.Handler, error) {
	h := heptiolabs.NewHandler()
	for i := range n {
		h.AddReadinessCheck(checkName(i), heptiolabs.Async(check, keep))
	}
	time.Sleep(200 * time.Millisecond) // The first runs are under way.
	return h, nil
}

func newHellofresh(n int, _ time.Duration, check func() error) (http.Handler, error) {
	h, err := hellofresh.New()
	for i := range n {
		if err == nil {
			err = h.Register(hellofresh.Config{Name: checkName(i), Check: func(context.Context) error { return check() }})
		}
	}
	return h.Handler(), err
}

func newEtherlabs(n int, _ time.Duration, check func() error) (http.Handler, error) {
	var options []etherlabs.Option
	for i := range n {
		options = append(options, etherlabs.WithChecker(checkName(i), etherlabs.CheckerFunc(func(context.Context) error { return check() })))
	}
	return etherlabs.Handler(options...), nil
}

func checkName(i int) string { return fmt.Sprintf("check_%d", i) }
