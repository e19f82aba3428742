package browsertest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience bounds one command of the browser, and one wait for a page.
const patience = 60 * time.Second

// A Browser is a Chromium that runs until the end of a test.
type Browser struct {
	t   *testing.T
	in  io.Writer
	out *bufio.Reader

	mu      sync.Mutex
	last    int
	replies map[int]chan reply
	tabs    map[string]*Tab // by session
}

// A message is a command, a reply or an event of the DevTools protocol.
type message struct {
	ID      int             `json:"id,omitempty"`
	Session string          `json:"sessionId,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  any             `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

type reply struct {
	result json.RawMessage
	err    error
}

// Start starts a browser. With -short, or without a Chromium, it skips the test.
func Start(t *testing.T) *Browser {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	chromium := find()
	if chromium == "" {
		t.Skip("there is no chromium")
	}
	commandRead, commandWrite, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	eventRead, eventWrite, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	// The browser goes on writing to its profile for a moment after it gets the order to
	// end, so the folder is not one of t.TempDir, whose removal may not fail.
	profile, err := os.MkdirTemp("", "browsertest") //nolint:usetesting // See above.
	if err != nil {
		t.Fatal(err)
	}
	flags := []string{"--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
		"--hide-scrollbars", "--font-render-hinting=none", "--user-data-dir=" + profile, "about:blank"}
	// Chromium ends by itself when its pipe is closed, not by the end of the context.
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), chromium, flags...) //nolint:gosec // A browser from the PATH.
	cmd.ExtraFiles = []*os.File{commandRead, eventWrite}                               // File descriptors 3 and 4.
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	commandRead.Close()
	eventWrite.Close()
	b := &Browser{t: t, in: commandWrite, out: bufio.NewReaderSize(eventRead, 1<<20), replies: map[int]chan reply{}, tabs: map[string]*Tab{}}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b.read()
	}()
	t.Cleanup(func() {
		commandWrite.Close() // Chromium ends when this pipe does.
		kill := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait() // How it ends does not matter.
		kill.Stop()
		eventRead.Close()
		<-ended
		for range 20 {
			if os.RemoveAll(profile) == nil {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	})
	return b
}

// find returns the path of a Chromium or of a browser that is made of it.
func find() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// read hands out the messages of the browser until it ends.
func (b *Browser) read() {
	for {
		raw, err := b.out.ReadBytes(0)
		if err != nil {
			b.end()
			return
		}
		var m struct {
			message
			Params json.RawMessage `json:"params"`
		}
		if json.Unmarshal(raw[:len(raw)-1], &m) != nil {
			continue
		}
		b.mu.Lock()
		waiting, tab := b.replies[m.ID], b.tabs[m.Session]
		delete(b.replies, m.ID)
		b.mu.Unlock()
		switch {
		case waiting != nil && m.Error != nil:
			waiting <- reply{err: errors.New(m.Error.Message)}
		case waiting != nil:
			waiting <- reply{result: m.Result}
		case tab != nil:
			tab.event(m.Method, m.Params)
		}
	}
}

// end fails the commands that wait for a reply.
func (b *Browser) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, waiting := range b.replies {
		waiting <- reply{err: errors.New("the browser has ended")}
	}
	b.replies = map[int]chan reply{}
}

// call sends a command and decodes the result into a value, unless that is nil.
func (b *Browser) call(session, method string, params, into any) error {
	waiting := make(chan reply, 1)
	b.mu.Lock()
	b.last++
	id := b.last
	b.replies[id] = waiting
	raw, err := json.Marshal(message{ID: id, Session: session, Method: method, Params: params})
	if err == nil {
		_, err = b.in.Write(append(raw, 0))
	}
	b.mu.Unlock()
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	select {
	case r := <-waiting:
		switch {
		case r.err != nil:
			return fmt.Errorf("%s: %w", method, r.err)
		case into == nil:
			return nil
		}
		return json.Unmarshal(r.result, into)
	case <-time.After(patience):
		return fmt.Errorf("%s: no reply", method)
	}
}

// must is call for a command that cannot fail unless the test is wrong.
func (b *Browser) must(session, method string, params, into any) {
	b.t.Helper()
	if err := b.call(session, method, params, into); err != nil {
		b.t.Fatal(err)
	}
}

// lines joins texts for a message.
func lines(texts []string) string { return strings.Join(texts, "\n") }
