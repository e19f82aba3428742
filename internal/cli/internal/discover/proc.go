package discover

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"
)

// A Process is a running program.
type Process struct {
	PID int
	// Name is the kernel's name of the process, at most 15 bytes.
	Name string
	// Unit is the unit of systemd that the process belongs to, such as
	// redis-server.service. It is empty if there is none.
	Unit string

	command string // the whole command line; never shown
}

// A Listener is a socket that accepts connections: at Addr or, for a Unix socket,
// at Path.
type Listener struct {
	Addr netip.AddrPort
	Path string
	// Process is nil if /proc hides the owner of the socket from this user.
	Process *Process
}

// A Machine has the listeners and the processes of a machine.
type Machine struct {
	Listeners []Listener
	Processes []Process
}

// Read reads a /proc. Processes that end meanwhile, or that this user must not see,
// are left out.
func Read(proc fs.FS) (Machine, error) {
	m := Machine{Processes: processes(proc)}
	owners := map[string]*Process{}
	for i := range m.Processes {
		for _, inode := range sockets(proc, m.Processes[i].PID) {
			if owners[inode] == nil { // The first has the lowest id: the parent of the workers.
				owners[inode] = &m.Processes[i]
			}
		}
	}
	for _, file := range []string{"net/tcp", "net/tcp6", "net/unix"} {
		text, err := fs.ReadFile(proc, file)
		if errors.Is(err, fs.ErrNotExist) && file == "net/tcp6" { // Without IPv6.
			continue
		}
		if err != nil {
			return m, fmt.Errorf("config init reads Linux's /proc: %w", err)
		}
		for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
			parse := tcpListener
			if file == "net/unix" {
				parse = unixListener
			}
			if l, inode, is := parse(strings.Fields(lines.Text())); is {
				l.Process = owners[inode]
				m.Listeners = append(m.Listeners, l)
			}
		}
	}
	slices.SortFunc(m.Listeners, func(a, b Listener) int {
		return cmp.Or(cmp.Compare(a.Addr.Port(), b.Addr.Port()), a.Addr.Compare(b.Addr), cmp.Compare(a.Path, b.Path))
	})
	return m, nil
}

// processes are in the order of their ids.
func processes(proc fs.FS) []Process {
	entries, _ := fs.ReadDir(proc, ".")
	var all []Process
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		name, err := fs.ReadFile(proc, path.Join(e.Name(), "comm"))
		if err != nil {
			continue
		}
		command, _ := fs.ReadFile(proc, path.Join(e.Name(), "cmdline"))
		group, _ := fs.ReadFile(proc, path.Join(e.Name(), "cgroup"))
		all = append(all, Process{
			PID: pid, Name: strings.TrimSuffix(string(name), "\n"), Unit: unitOf(string(group)),
			command: string(bytes.ReplaceAll(command, []byte{0}, []byte{' '})),
		})
	}
	slices.SortFunc(all, func(a, b Process) int { return a.PID - b.PID })
	return all
}

// unitOf finds a service in a line such as 0::/system.slice/redis-server.service.
func unitOf(groups string) string {
	for line := range strings.Lines(groups) {
		for part := range strings.SplitSeq(strings.TrimSpace(line), "/") {
			if strings.HasSuffix(part, ".service") && !strings.HasPrefix(part, "user@") {
				return part
			}
		}
	}
	return ""
}

// sockets are the numbers of the sockets that a process has open.
func sockets(proc fs.FS, pid int) []string {
	dir := path.Join(strconv.Itoa(pid), "fd")
	entries, _ := fs.ReadDir(proc, dir)
	var inodes []string
	for _, e := range entries {
		target, err := fs.ReadLink(proc, path.Join(dir, e.Name()))
		if inode, is := strings.CutPrefix(target, "socket:["); err == nil && is {
			inodes = append(inodes, strings.TrimSuffix(inode, "]"))
		}
	}
	return inodes
}

// tcpListener reads a line of /proc/net/tcp or tcp6:
//
//	sl local_address rem_address st tx_queue:rx_queue tr:tm retrnsmt uid timeout inode …
func tcpListener(fields []string) (l Listener, inode string, is bool) {
	const listening = "0A"
	if len(fields) < 10 || fields[3] != listening {
		return l, "", false
	}
	host, port, _ := strings.Cut(fields[1], ":")
	raw, err := hex.DecodeString(host)
	number, portErr := strconv.ParseUint(port, 16, 16)
	if err != nil || portErr != nil || len(raw) != 4 && len(raw) != 16 {
		return l, "", false
	}
	for word := range slices.Chunk(raw, 4) { // Each word is a number of this processor.
		binary.BigEndian.PutUint32(word, binary.NativeEndian.Uint32(word))
	}
	addr, _ := netip.AddrFromSlice(raw)
	return Listener{Addr: netip.AddrPortFrom(addr.Unmap(), uint16(number))}, fields[9], true
}

// unixListener reads a line of /proc/net/unix:
//
//	Num RefCount Protocol Flags Type St Inode Path
func unixListener(fields []string) (l Listener, inode string, is bool) {
	const accepts, stream = "00010000", "0001"
	if len(fields) != 8 || fields[3] != accepts || fields[4] != stream || !strings.HasPrefix(fields[7], "/") {
		return l, "", false
	}
	return Listener{Path: fields[7]}, fields[6], true
}
