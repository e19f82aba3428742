package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// loop asks the URLs below one, each every ten seconds, in batches of 50 ms: the
// least that a program does which has these checks to make. With a word more it
// keeps its connections, as Prometheus does.
func loop(args []string) error {
	const batch = 50 * time.Millisecond
	client := insecureClient(len(args) == 1)
	fmt.Println("no address")
	go endWithParent()
	slots := int(interval / batch)
	ticker := time.NewTicker(batch)
	defer ticker.Stop()
	for slot := 0; ; slot = (slot + 1) % slots {
		<-ticker.C
		for i := slot; i < checked; i += slots {
			go get(client, fmt.Sprintf("%s/%d", args[0], i))
		}
	}
}

func get(client *http.Client, url string) {
	answer, err := client.Get(url)
	if err == nil {
		defer answer.Body.Close()
		_, err = io.Copy(io.Discard, answer.Body)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench: loop:", err)
	}
}

// insecureClient trusts every server, and has a connection for each request if
// that is wanted.
func insecureClient(alone bool) *http.Client {
	return &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{
		DisableKeepAlives:   alone,
		MaxIdleConnsPerHost: checked,
		TLSClientConfig:     &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // Both ends are ours.
	}}
}
