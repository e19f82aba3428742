//go:build linux

package screentest_test

import (
	"os/exec"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/screentest"
)

func TestAScreenShowsWhatATerminalWould(t *testing.T) {
	for _, test := range []struct{ name, script, plain, styled string }{
		{"lines", `printf 'one\ntwo\n'`, "one\ntwo\n", "one\ntwo\n"},
		{"a line that changes", `printf '5/6, hang\r\033[Kdone\n'`, "done\n", "done\n"},
		{"colours", `printf '\033[31m[-]\033[0m a\n'`, "[-] a\n", "{31}[-]{} a\n"},
		{"wrapping", `printf 'abcdefghijkl\n'`, "abcdefghij\nkl\n", "abcdefghij\nkl\n"},
		{"wide characters", `printf '日本語日本語\n'`, "日本語日本\n語\n", "日本語日本\n語\n"},
		{"scrolling", `printf '1\n2\n3\n4\n5\n'`, "3\n4\n5\n", "3\n4\n5\n"},
		{"home and clear", `printf 'long line\nsecond\n\033[Habc\033[K\033[J'`, "abc\n", "abc\n"},
		{"another screen", `printf 'before\033[?1049h\033[?25linside\033[?25h\033[?1049l\n'`, "before\n", "before\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := screentest.Start(t, screentest.Size{Columns: 10, Rows: 4}, exec.Command("sh", "-c", test.script))
			if status, err := p.Wait(); status != 0 || err != nil {
				t.Fatalf("%d %v", status, err)
			}
			if plain, styled := p.Screen(), p.Styled(); plain != test.plain || styled != test.styled {
				t.Errorf("%q and %q, want %q and %q", plain, styled, test.plain, test.styled)
			}
		})
	}
}

func TestKeysSizesAndSignals(t *testing.T) {
	p := screentest.Start(t, screentest.Size{Columns: 40, Rows: 4}, exec.Command("sh", "-c",
		`trap 'stty size' WINCH; trap 'echo caught; exit 7' INT; echo begun; while read x; do echo "got $x"; done; while :; do sleep 0.1; done`))
	p.WaitFor("begun")
	p.Type("x\n")
	p.WaitFor("got x")
	if !p.Echoes() || p.Whole() {
		t.Errorf("echo %v, whole screen %v", p.Echoes(), p.Whole())
	}
	p.Type("\x03")
	if status, err := p.Wait(); status != 7 || err != nil {
		t.Errorf("%d %v, want 7", status, err)
	}
}
