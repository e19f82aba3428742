// Command gotest is go test with its ordinary lines, and one more thing: at its
// end it names each test that was skipped and says why. With CI=true in the
// environment a skip makes it fail, because a machine that tests everything must
// not stop doing so unnoticed.
//
//	gotest -race -shuffle=on ./...
//
// The arguments are those of go test.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout, os.Getenv("CI") == "true"); err != nil {
		fmt.Fprintln(os.Stderr, "gotest:", err)
		os.Exit(1)
	}
}

// run runs go test in the current directory. With strict a skipped test is an
// error.
func run(ctx context.Context, args []string, out io.Writer, strict bool) error {
	//nolint:gosec // Our arguments are our caller's, who could run go test himself.
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-json"}, args...)...)
	cmd.Stderr = os.Stderr
	events, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	r := newReport(out)
	readErr := r.read(events)
	testErr := cmd.Wait()
	r.sayWhatWasSkipped()
	switch {
	case testErr != nil:
		return fmt.Errorf("go test: %w", testErr)
	case readErr != nil:
		return readErr
	case strict && len(r.skipped) > 0:
		return fmt.Errorf("%d tests skipped, and in CI none may be", len(r.skipped))
	}
	return nil
}
