//go:build !linux

package listen

import "net"

// peerUID is not supported on this system; known is always false.
func peerUID(net.Conn) (uid int, known bool) { return 0, false }
