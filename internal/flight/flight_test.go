package flight_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/flight"
)

func TestReadersShareOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var single flight.Single[int]
		calls := 0
		count := func(context.Context) (int, error) {
			calls++
			time.Sleep(time.Second)
			return calls, nil
		}
		var readers sync.WaitGroup
		for range 10 {
			readers.Go(func() {
				if n, err := single.Join(2*time.Second, count).Wait(t.Context()); n != 1 || err != nil {
					t.Errorf("Wait() = %d, %v, want 1", n, err)
				}
			})
		}
		readers.Wait()
		if n, err := single.Join(2*time.Second, count).Wait(t.Context()); n != 2 || err != nil {
			t.Errorf("a later call gives %d, %v, want 2", n, err)
		}
	})
}

func TestAFunctionThatHangsCostsNoReaderMoreThanTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var single flight.Single[int]
		release := make(chan struct{})
		hang := func(context.Context) (int, error) { <-release; return 7, nil }
		want := func(text string, wait time.Duration) {
			t.Helper()
			start := time.Now()
			_, err := single.Join(2*time.Second, hang).Wait(t.Context())
			if err == nil || err.Error() != text || time.Since(start) != wait {
				t.Errorf("%v after %v, want %s after %v", err, time.Since(start), text, wait)
			}
		}
		want("not returned within 2s", 2*time.Second)
		time.Sleep(time.Minute)
		want("the call begun 1m2s ago has not returned", 0)
		if got := runtime.NumGoroutine(); got > 10 {
			t.Errorf("%d goroutines", got)
		}
		call := single.Join(2*time.Second, hang)
		close(release)
		synctest.Wait()
		if n, err := call.Wait(t.Context()); n != 7 || err != nil {
			t.Errorf("a late result is %d, %v, want 7", n, err)
		}
	})
}

func TestAReaderThatGivesUpEndsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var single flight.Single[error]
		slow := func(ctx context.Context) (error, error) { time.Sleep(time.Second); return ctx.Err(), nil }
		left := errors.New("the reader has left")
		ctx, leave := context.WithCancelCause(t.Context())
		leave(left)
		call := single.Join(2*time.Second, slow)
		if _, err := call.Wait(ctx); !errors.Is(err, left) {
			t.Errorf("Wait() = %v, want the cause", err)
		}
		if ended, err := call.Wait(t.Context()); ended != nil || err != nil {
			t.Errorf("the call saw %v, %v, want no end of its context", ended, err)
		}
	})
}

func TestPanicsAndExitsAreErrors(t *testing.T) {
	fault := errors.New("no")
	for want, f := range map[string]func(context.Context) (int, error){
		"panic: boom":                      func(context.Context) (int, error) { panic("boom") },
		"the function ended its goroutine": func(context.Context) (int, error) { runtime.Goexit(); return 1, nil },
		"no":                               func(context.Context) (int, error) { return 1, fault },
	} {
		var single flight.Single[int]
		if _, err := single.Join(time.Minute, f).Wait(t.Context()); err == nil || err.Error() != want {
			t.Errorf("Wait() = %v, want %s", err, want)
		}
	}
}
