package redis_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/redis"
)

func TestRepliesOfEveryKind(t *testing.T) {
	for data, want := range map[string]string{
		"+PONG\r\n": "PONG", "+\r\n": "", ":42\r\n": "42", ":-1\r\n": "-1", "$4\r\na\r\nb\r\n": "a\r\nb", "$0\r\n\r\n": "", "$-1\r\n": "(nil)",
		"*-1\r\n": "(nil)", "*0\r\n": "", "*3\r\n:1\r\n$-1\r\n*1\r\n-ERR in it\r\n": "1 (nil) ERR in it",
	} {
		if got, err := redis.ReadReply([]byte(data)); got != want || err != nil {
			t.Errorf("reply %q = %q, %v, want %q", data, got, err, want)
		}
	}
}

func TestBrokenRepliesAreRefused(t *testing.T) {
	const alien, length = "want that of a Redis reply", "a length that is not a number"
	for data, want := range map[string]string{
		"": "EOF", "+PONG": "EOF", "-ERR no\r\n": "ERR no", "HTTP/1.1 400\r\n": alien, "\r\n": alien, "+PONG\n": alien, "\xff\r\n": alien,
		":\r\n": "not a number", ":1.5\r\n": "not a number", "$\r\n": length, "$x\r\n": length, "$-2\r\n": length, "*-2\r\n": length,
		"$4\r\nPON": "unexpected EOF", "$4\r\nPONGS\r\n": "longer than announced", "*2\r\n+one\r\n": "EOF",
		"$65537\r\n": "larger than 64KiB", "$9999999999999999999\r\n": "larger than 64KiB", "*1000000000\r\n": "larger than 64KiB",
		"$65536\r\n": "EOF", "*21845\r\n": "EOF", "*21846\r\n": "larger than 64KiB",
		strings.Repeat("*1\r\n", 5000): "arrays in arrays without end",
	} {
		if got, err := redis.ReadReply([]byte(data)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("reply %.40q = %q, %v, want the error %q", data, got, err, want)
		}
	}
}

// FuzzReply looks for replies that panic the reader, or make it take memory for
// what is only announced.
func FuzzReply(f *testing.F) {
	for _, data := range []string{
		"+PONG\r\n", "-ERR no\r\n", "$4\r\nPONG\r\n", "*2\r\n:1\r\n$-1\r\n", "*1000000000\r\n", "$9999999999999999999\r\n",
		"*20000\r\n*20000\r\n*20000\r\n", "$65536\r\n", strings.Repeat("*1\r\n", 40), strings.Repeat("*21845\r\n", 31),
	} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := redis.ReadReply(data)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20+100*uint64(len(data)) {
			t.Errorf("reading %d bytes allocated %d", len(data), used)
		}
		if err != nil && strings.TrimSpace(err.Error()) == "" {
			t.Errorf("the error of %.40q says nothing", data)
		}
	})
}
