package wire_test

import (
	"context"
	"errors"
	"net"
	"os"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

// ended returns when a read of a silent connection ended, seconds after began.
func ended(t *testing.T, conn net.Conn, began time.Time) float64 {
	t.Helper()
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("Read = %v, want an exceeded deadline", err)
	}
	return time.Since(began).Seconds()
}

func TestSilentServerOfTheResolverHasHalfOfTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent := &net.Resolver{Dial: func(context.Context, string, string) (net.Conn, error) {
			conn, other := net.Pipe()
			t.Cleanup(func() { other.Close() })
			return conn, nil
		}}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		began := time.Now()
		resolver := wire.NewResolver(ctx, silent)
		for _, want := range []float64{5, 10} { // The next server has the rest.
			conn, err := resolver.Dial(ctx, "udp", "192.0.2.53:53")
			if err != nil {
				t.Fatal(err)
			}
			if got := ended(t, conn, began); got != want {
				t.Errorf("waited until second %v, want %v", got, want)
			}
			conn.Close()
		}
	})
}

func TestResolverIsGosOwnOnLinux(t *testing.T) {
	want := runtime.GOOS == "linux"
	if got := wire.NewResolver(t.Context(), &net.Resolver{}).PreferGo; got != want {
		t.Errorf("PreferGo = %v, want %v: cgo's resolver asks the second server after five seconds", got, want)
	}
	if got := wire.NewResolver(t.Context(), &net.Resolver{PreferGo: true}); !got.PreferGo || got.StrictErrors {
		t.Errorf("resolver = %+v, want the settings of the given one", got)
	}
}
