package command_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestProgramDiesWithUs(t *testing.T) {
	t.Parallel()
	pids := filepath.Join(t.TempDir(), "pids")
	exporter := exec.CommandContext(t.Context(), os.Args[0])
	exporter.Env = append(os.Environ(), "RUN_FOR_EVER="+pids)
	if err := exporter.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		if data, _ := os.ReadFile(pids); !strings.HasSuffix(string(data), "\n") {
			return errors.New("the program was not started")
		}
		return nil
	})
	if err := exporter.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = exporter.Wait()
	wantGone(t, pids)
}

// TestProgramOutlivesTheThreadsOfOthers ends many threads while programs run:
// the kernel sends the signal when the thread dies that started a program.
func TestProgramOutlivesTheThreadsOfOthers(t *testing.T) {
	t.Parallel()
	var programs, threads sync.WaitGroup
	for range 8 {
		programs.Go(func() { run(t, generous, script("sleep 0.5; echo survived")).passed(t, "survived") })
	}
	for range 200 {
		threads.Go(func() {
			runtime.LockOSThread() // Never unlocked: the thread ends with the goroutine.
			time.Sleep(10 * time.Millisecond)
		})
	}
	threads.Wait()
	programs.Wait()
}
