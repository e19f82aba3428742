package wire

import (
	"context"
	"net"
)

// NewResolver is the resolver of one lookup with ctx.
var NewResolver = newResolver

// Add gives the run a connection that was dialled with ctx.
func (r *Run) Add(ctx context.Context, conn net.Conn) (net.Conn, error) { return r.add(ctx, conn) }
