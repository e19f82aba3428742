package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	promcollectors "github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// roles are the servers that this program runs as its own child processes, so that
// their CPU time is not counted with that of the measurement.
func roles() map[string]func(args []string) error {
	return map[string]func([]string) error{
		"ours":      serveOurs,
		"peer":      servePeer,
		"replay":    serveReplay,
		"reference": serveReference,
		"target":    serveTarget,
		"loop":      loop,
		"growth":    growing,
	}
}

// serveOurs is how a service embeds us.
func serveOurs([]string) error {
	c, err := newCollector(10, collector.Options{SuccessTTL: kept})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/healthcheck", httpapi.Healthcheck(c, httpapi.Options{}))
	return listenAndServe(mux)
}

// servePeer serves a peer, by its name.
func servePeer(args []string) error {
	for _, p := range peers() {
		if p.name == args[0] {
			h, err := p.make(10, kept, func() error { return nil })
			if err != nil {
				return err
			}
			return listenAndServe(h)
		}
	}
	return fmt.Errorf("no peer %q", args[0])
}

// serveReplay asks a URL once and serves that answer to all clients: bare net/http
// with the same body and headers and, if there is a second argument, the time-outs
// of the program.
func serveReplay(args []string) error {
	answer, err := http.Get(args[0])
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	answer.Header.Del("Date") // net/http's own.
	mux := http.NewServeMux()
	mux.HandleFunc("/healthcheck", func(w http.ResponseWriter, _ *http.Request) {
		header := w.Header()
		for name, values := range answer.Header {
			header[name] = values
		}
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write(body) // A client that is gone misses nothing.
	})
	server := &http.Server{Handler: mux}
	if len(args) > 1 {
		server.ReadHeaderTimeout, server.ReadTimeout = 5*time.Second, 10*time.Second
		server.WriteTimeout, server.IdleTimeout = 20*time.Second, 2*time.Minute
	}
	return listenAndServeBy(server)
}

// serveReference is a daemon like ours with the reference for a collector.
func serveReference(args []string) error {
	n, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	c, err := newCollector(n, collector.Options{SuccessTTL: kept})
	if err != nil {
		return err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(newReference(c), promcollectors.NewGoCollector(),
		promcollectors.NewProcessCollector(promcollectors.ProcessCollectorOpts{}), promcollectors.NewBuildInfoCollector())
	mux := http.NewServeMux()
	mux.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true}))
	return listenAndServe(mux)
}

func listenAndServe(h http.Handler) error {
	return listenAndServeBy(&http.Server{Handler: h})
}

// listenAndServeBy says where it listens, and serves until our parent is gone.
func listenAndServeBy(server *http.Server) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	go endWithParent()
	return server.Serve(l)
}

func endWithParent() {
	_, _ = io.Copy(io.Discard, os.Stdin) // It ends when our parent has.
	os.Exit(0)
}
