package listen

import (
	"context"
	"net"
	"os/user"
	"strconv"
)

type peerKey struct{}

// WithPeer is the ConnContext of a server on Unix sockets. It makes [Peer] return
// the user of the client's process on systems that report the user.
func WithPeer(ctx context.Context, conn net.Conn) context.Context {
	if c, is := conn.(*pooledConn); is {
		conn = c.Conn
	}
	uid, known := peerUID(conn)
	if !known {
		return ctx
	}
	name := "uid " + strconv.Itoa(uid)
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		name = u.Username
	}
	return context.WithValue(ctx, peerKey{}, name)
}

// Peer returns the user that [WithPeer] has found, or the empty string.
func Peer(ctx context.Context) string {
	name, _ := ctx.Value(peerKey{}).(string)
	return name
}
