package faulttest

import (
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// Dropped starts two peers whose packets disappear: at noSYN from the first
// packet of a connection on, at established all packets after the handshake. It
// needs root and the program nft; without them err says what is missing.
//
// The rules are in a table of our own. The kernel deletes the table when the
// process that owns it ends. That process is nft, which ends when its standard
// input is closed. So the rules disappear even if the test is killed.
func Dropped(tb testing.TB) (noSYN, established string, err error) {
	tb.Helper()
	path, err := exec.LookPath("nft")
	if err != nil {
		return "", "", fmt.Errorf("dropping packets needs the program nft: %w", err)
	}
	var ports [2]int
	var addresses [2]string
	for i := range ports {
		s, err := listen(silent, false)
		if err != nil {
			return "", "", err
		}
		tb.Cleanup(s.Close)
		ports[i], addresses[i] = s.listener.Addr().(*net.TCPAddr).Port, s.address
	}
	table := "faulttest_" + rand.Text()
	rules := fmt.Sprintf("table ip %s { flags owner; chain input { "+
		"type filter hook input priority -300; policy accept; "+
		"iif lo tcp dport %d drop; iif lo tcp dport %d tcp flags & syn == 0 drop; }; }\n", table, ports[0], ports[1])
	if err := own(tb, path, rules); err != nil {
		return "", "", err
	}
	for range 100 {
		if exec.CommandContext(tb.Context(), path, "list", "table", "ip", table).Run() == nil {
			return addresses[0], addresses[1], nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return "", "", fmt.Errorf("dropping packets needs root with NET_ADMIN: nft made no table")
}

// own runs nft with the rules until the test ends.
func own(tb testing.TB, path, rules string) error {
	nft := exec.Command(path, "-i") // It ends when its input is closed.
	// nft keeps a history file in HOME.
	nft.Env = []string{"HOME=" + tb.TempDir(), "TERM=dumb"}
	nft.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	in, err := nft.StdinPipe()
	if err != nil {
		return err
	}
	if err := nft.Start(); err != nil {
		return err
	}
	tb.Cleanup(func() {
		in.Close()
		timer := time.AfterFunc(5*time.Second, func() { nft.Process.Kill() })
		defer timer.Stop()
		nft.Wait()
	})
	_, err = io.WriteString(in, rules)
	return err
}
