package striped_test

import (
	"runtime"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/striped"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestZeroCounterHasCountedNothing(t *testing.T) {
	var c striped.Counter
	if n := c.Load(); n != 0 {
		t.Errorf("Load() = %d, want 0", n)
	}
	c.Inc()
	if n := c.Load(); n != 1 {
		t.Errorf("after one Inc, Load() = %d, want 1", n)
	}
}

// More goroutines than stripes, and collections of garbage that make the pool
// forget: nothing is lost, and the sum never falls.
func TestEveryIncCounts(t *testing.T) {
	const goroutines, each = 40, 5000
	var c striped.Counter
	var counting, watching sync.WaitGroup
	done := make(chan struct{})
	watching.Go(func() {
		for last := uint64(0); ; {
			n := c.Load()
			if n < last {
				t.Errorf("Load() = %d after %d", n, last)
			}
			last = n
			select {
			case <-done:
				return
			default:
				runtime.GC()
			}
		}
	})
	for range goroutines {
		counting.Go(func() {
			for range each {
				c.Inc()
			}
		})
	}
	counting.Wait()
	close(done)
	watching.Wait()
	if n := c.Load(); n != goroutines*each {
		t.Errorf("Load() = %d, want %d", n, goroutines*each)
	}
}

func TestIncAllocatesNothing(t *testing.T) {
	var c striped.Counter
	for range 1000 { // With the race detector a pool forgets on purpose.
		c.Inc()
	}
	if n := testing.AllocsPerRun(1000, c.Inc); n > 0 {
		t.Errorf("Inc() allocates %v times", n)
	}
}

func BenchmarkInc(b *testing.B) {
	var c striped.Counter
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			c.Inc()
		}
	})
}
