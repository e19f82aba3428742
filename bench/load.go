package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httputil"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// connections is how many clients ask at a time.
const connections = 8

// load asks a server for a path over connections that are kept, for d, and
// returns how many answers came. It reads no more of an answer than it must, so
// that the server is what limits.
func load(address, path string, d time.Duration) (int, error) {
	var answers atomic.Int64
	var all sync.WaitGroup
	var failed atomic.Pointer[error]
	until := time.Now().Add(d)
	for range connections {
		all.Go(func() {
			if err := askUntil(address, path, until, func(time.Duration) { answers.Add(1) }); err != nil {
				failed.Store(&err)
			}
		})
	}
	all.Wait()
	if err := failed.Load(); err != nil {
		return 0, fmt.Errorf("%s%s: %w", address, path, *err)
	}
	return int(answers.Load()), nil
}

// askUntil sends requests over one connection and reports how long each answer took.
func askUntil(address, path string, until time.Time, answered func(time.Duration)) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(until.Add(5 * time.Second)); err != nil {
		return err
	}
	in := bufio.NewReader(conn)
	request := []byte("GET " + path + " HTTP/1.1\r\nHost: " + address + "\r\n\r\n")
	for {
		start := time.Now()
		if start.After(until) {
			return nil
		}
		if _, err := conn.Write(request); err != nil {
			return err
		}
		if err := readAnswer(in); err != nil {
			return err
		}
		answered(time.Since(start))
	}
}

// readAnswer reads one answer and forgets it.
func readAnswer(in *bufio.Reader) error {
	status, err := in.ReadString('\n')
	if err != nil {
		return err
	}
	if !strings.HasPrefix(status, "HTTP/1.1 200 ") && !strings.HasPrefix(status, "HTTP/1.1 500 ") { // Passed or failed.
		return fmt.Errorf("answer %q, want 200 or 500", strings.TrimSpace(status))
	}
	length := -1
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) <= 2 {
			break
		}
		if value, is := strings.CutPrefix(string(line), "Content-Length: "); is {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return err
			}
		}
	}
	if length >= 0 {
		_, err = in.Discard(length)
		return err
	}
	if _, err := io.Copy(io.Discard, httputil.NewChunkedReader(in)); err != nil {
		return err
	}
	if line, err := in.ReadSlice('\n'); err != nil || len(line) != 2 { // After the last chunk.
		return errors.New("no end of a chunked answer")
	}
	return nil
}
