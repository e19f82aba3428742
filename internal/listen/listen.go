package listen

import (
	"cmp"
	"net"
)

// reserved is the number of connections that each listener for health checks,
// agent checks and administration has for itself.
const reserved = 8

// Options say where to listen. Each address is host:port or unix:PATH. Sockets
// that systemd passes take the place of addresses: see [Open].
type Options struct {
	// Web are the addresses that serve everything.
	Web []string
	// DefaultWeb is used if there are neither addresses in Web nor sockets for
	// web. Empty: none.
	DefaultWeb string
	// Systemd requires sockets for web from systemd. They replace Web, and
	// sockets with unknown names are for web.
	Systemd bool
	// Health are the addresses for health checks alone.
	Health []string
	// Agent are the addresses for haproxy's agent checks. Each may end in
	// ?view=NAME.
	Agent []string
	// Admin is the path of the Unix socket for administration. Empty: none.
	Admin string
	// DefaultAdmin is used if neither Admin nor a socket for admin is given.
	// Empty: none.
	DefaultAdmin string
	// MaxConnections bounds the connections of all listeners together. It is
	// lowered so that they never use more than half of the file descriptors.
	MaxConnections int
}

// Sockets are the open listeners of the program. Their connections are pooled.
type Sockets struct {
	Web, Health []net.Listener
	Agent       []Agent
	Admin       []net.Listener

	pools []*pool
}

// Open opens or inherits every listener. Systemd passes sockets with names: web,
// health, agent, agent?view=NAME or admin. Sockets and addresses for the same
// purpose are an error. The error names the flag or the socket. On an error no
// listener is left open.
func Open(o Options) (*Sockets, error) {
	s := &Sockets{}
	if err := s.open(o); err != nil {
		s.closeListeners()
		return nil, err
	}
	s.pool(o.MaxConnections)
	return s, nil
}

func (s *Sockets) open(o Options) error {
	if err := s.inherit(o); err != nil {
		return err
	}
	if len(s.Web) == 0 {
		if err := s.listenWeb(o); err != nil {
			return err
		}
	}
	if err := listenAll(&s.Health, healthFlag, o.Health); err != nil {
		return err
	}
	for _, address := range o.Agent {
		if err := s.listenAgent(address); err != nil {
			return err
		}
	}
	if path := o.Admin; path != "" || len(s.Admin) == 0 {
		return s.listenAdmin(cmp.Or(path, o.DefaultAdmin))
	}
	return nil
}

func (s *Sockets) listenWeb(o Options) error {
	addresses := o.Web
	if len(addresses) == 0 && o.DefaultWeb != "" {
		addresses = []string{o.DefaultWeb}
	}
	return listenAll(&s.Web, webFlag, addresses)
}

// reserving returns the listeners that have places of their own: all but those
// for web.
func (s *Sockets) reserving() []*net.Listener {
	var all []*net.Listener
	for i := range s.Health {
		all = append(all, &s.Health[i])
	}
	for i := range s.Agent {
		all = append(all, &s.Agent[i].Listener)
	}
	for i := range s.Admin {
		all = append(all, &s.Admin[i])
	}
	return all
}

// pool makes all listeners share the places of one pool.
func (s *Sockets) pool(maxConnections int) {
	others := s.reserving()
	shared := newPool(connectionLimit(maxConnections, descriptorLimit(), len(others)))
	s.pools = []*pool{shared}
	for i, l := range s.Web {
		s.Web[i] = pooledListener{l, nil, shared}
	}
	for _, l := range others {
		own := newPool(reserved)
		s.pools = append(s.pools, own)
		*l = pooledListener{*l, own, shared}
	}
}

// Close closes every listener and every connection: after it, no client gets an
// answer.
func (s *Sockets) Close() {
	s.closeListeners()
	for _, p := range s.pools {
		p.closeAll()
	}
}

func (s *Sockets) closeListeners() {
	for _, l := range s.Web {
		l.Close()
	}
	for _, l := range s.reserving() {
		(*l).Close()
	}
}
