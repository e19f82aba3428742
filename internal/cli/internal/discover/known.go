package discover

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// A service is a program that config init knows.
type service struct {
	name string // of the check
	// processes are the names of its processes.
	processes []string
	// command is a part of its command line, for programs that run in java or
	// erlang. Empty: the names suffice.
	command string
	// ports are its usual ports. They identify the service where /proc hides the
	// owner of a socket.
	ports []uint16
	// check describes how to check what listens. It gets the address for a client
	// on this machine.
	check func(at place) entry
}

// A place is where a service listens, as a client on this machine reaches it.
type place struct {
	address string // host:port, or the path of a Unix socket
	port    uint16 // 0 for a Unix socket
}

// An entry is one check of the file.
type entry struct {
	// spec is the check's type with its settings, in YAML on one line. It is empty
	// if the check needs facts that only the operator knows.
	spec string
	// note explains the spec.
	note string
	// better is another spec, commented out, which needs the login that advice
	// explains.
	better, advice string
}

// serviceTable is in the order in which programs are looked for.
func serviceTable() []service {
	return []service{
		{name: "redis", processes: []string{"redis-server", "valkey-server", "keydb-server"}, ports: []uint16{6379}, check: redis},
		{name: "sentinel", processes: []string{"redis-sentinel"}, ports: []uint16{26379}, check: redis},
		{name: "postgres", processes: []string{"postgres", "postmaster"}, ports: []uint16{5432}, check: postgres},
		{name: "pgbouncer", processes: []string{"pgbouncer"}, ports: []uint16{6432}, check: postgres},
		{name: "mysql", processes: []string{"mariadbd", "mysqld"}, ports: []uint16{3306}, check: mysql},
		{name: "nginx", processes: []string{"nginx"}, ports: []uint16{80, 443}, check: web},
		{name: "apache", processes: []string{"apache2", "httpd"}, ports: []uint16{80, 443}, check: web},
		{name: "lighttpd", processes: []string{"lighttpd"}, ports: []uint16{80, 443}, check: web},
		{name: "caddy", processes: []string{"caddy"}, ports: []uint16{80, 443}, check: web},
		{name: "haproxy", processes: []string{"haproxy"}, ports: []uint16{80, 443}, check: connects},
		{name: "mosquitto", processes: []string{"mosquitto"}, ports: []uint16{1883}, check: mqtt}, //nolint:misspell // The name of the broker.
		{name: "memcached", processes: []string{"memcached"}, ports: []uint16{11211}, check: memcached},
		{name: "rabbitmq", processes: []string{"beam.smp"}, command: "rabbit", ports: []uint16{5672}, check: amqp},
		{name: "nats", processes: []string{"nats-server"}, ports: []uint16{4222}, check: nats},
		{name: "mongodb", processes: []string{"mongod", "mongos"}, ports: []uint16{27017}, check: connects},
		{name: "elasticsearch", processes: []string{"java"}, command: "org.elasticsearch", ports: []uint16{9200}, check: web},
		{name: "kafka", processes: []string{"java"}, command: "kafka.Kafka", ports: []uint16{9092}, check: connects},
		{name: "zookeeper", processes: []string{"java"}, command: "org.apache.zookeeper", ports: []uint16{2181}, check: connects},
		{name: "php_fpm", processes: []string{"php-fpm"}, check: connects},
		{name: "mail", processes: []string{"exim4", "master", "opensmtpd"}, ports: []uint16{25, 587}, check: smtp},
	}
}

// runs reports whether a process is of this service. The name of php-fpm ends in
// its version, and the kernel cuts long names.
func (s *service) runs(p *Process) bool {
	if s.command != "" && !strings.Contains(p.command, s.command) {
		return false
	}
	return slices.ContainsFunc(s.processes, func(name string) bool {
		return p.Name == name || name == "php-fpm" && strings.HasPrefix(p.Name, name)
	})
}

func redis(at place) entry {
	return entry{
		spec: fmt.Sprintf("redis: {address: %q}", at.address),
		note: "With a password, add password: ${REDIS_PASSWORD} or password_file.",
	}
}

func postgres(at place) entry {
	e := connects(at)
	if at.port == 0 {
		e = entry{}
	}
	e.better = fmt.Sprintf("postgres: {address: %q, user: monitor, password: \"${POSTGRES_PASSWORD}\", database: postgres}", at.address)
	e.advice = "With a login (CREATE ROLE monitor LOGIN PASSWORD '…') the check sees whether queries are answered:"
	return e
}

// mysql has no check without a login: a server blocks hosts that connect often and
// never log in.
func mysql(at place) entry {
	return entry{
		better: fmt.Sprintf("mysql: {address: %q, user: monitor, password: \"${MYSQL_PASSWORD}\"}", at.address),
		advice: "It needs a login (CREATE USER monitor@localhost IDENTIFIED BY '…'):",
	}
}

func web(at place) entry {
	if at.port%1000 == 443 {
		return entry{
			better: fmt.Sprintf("tls: {address: %q, tls: {server_name: www.example.org}}", at.address),
			advice: "It probably speaks TLS. Write the name that its certificate is for:",
		}
	}
	return entry{
		spec: fmt.Sprintf("http: {url: %q, status: [\"200-499\"]}", "http://"+at.address+"/"),
		note: "Any reply but an error of the server passes. Write the path and the status of your application.",
	}
}

func connects(at place) entry {
	address := at.address
	if at.port == 0 {
		address = "unix://" + address
	}
	return entry{spec: fmt.Sprintf("tcp: {address: %q}", address), note: "It passes when a connection is accepted."}
}

// mqtt sends a CONNECT without a name. A broker that wants a login answers it too.
func mqtt(at place) entry {
	switch at.port {
	case 8883, 8884, 9001: // TLS, or websockets.
		return entry{}
	}
	return entry{
		spec: fmt.Sprintf(`tcp: {address: %q, send: !!binary EAwABE1RVFQEAgA8AAA=, expect: '^\x20\x02'}`, at.address),
		note: "It passes when the broker answers an MQTT CONNECT, also when it refuses the login.",
	}
}

func memcached(at place) entry {
	return entry{spec: fmt.Sprintf(`tcp: {address: %q, send: "version\r\n", expect: "^VERSION "}`, at.address)}
}

func amqp(at place) entry {
	if at.port != 5672 { // Its other ports are for its own nodes and for browsers.
		return entry{}
	}
	e := connects(at)
	e.better = fmt.Sprintf("amqp: {address: %q, user: monitor, password: \"${RABBITMQ_PASSWORD}\"}", at.address)
	e.advice = "With a login the check sees whether the broker accepts it:"
	return e
}

func nats(at place) entry {
	if at.port != 4222 { // Its other ports are for its own nodes.
		return entry{}
	}
	return entry{spec: fmt.Sprintf(`tcp: {address: %q, expect: "^INFO "}`, at.address)}
}

func smtp(at place) entry {
	if at.port == 465 {
		return entry{}
	}
	return entry{spec: fmt.Sprintf(`tcp: {address: %q, expect: "^220[ -]"}`, at.address)}
}

// placeOf returns how a client on this machine reaches a listener.
func placeOf(l Listener) place {
	if l.Path != "" {
		return place{address: l.Path}
	}
	addr := l.Addr.Addr()
	switch {
	case addr == netip.IPv4Unspecified():
		addr = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	case addr == netip.IPv6Unspecified(): // Perhaps IPv6 alone.
		addr = netip.IPv6Loopback()
	}
	return place{netip.AddrPortFrom(addr, l.Addr.Port()).String(), l.Addr.Port()}
}

// preference orders the addresses of one port: those that also work after the
// address of the machine has changed, first.
func preference(a, b Listener) int {
	rank := func(l Listener) int {
		addr := l.Addr.Addr()
		switch {
		case l.Path != "":
			return 4
		case addr.Is4() && (addr.IsLoopback() || addr.IsUnspecified()):
			return 0
		case addr.IsLoopback() || addr.IsUnspecified():
			return 1
		case addr.Is4():
			return 2
		}
		return 3
	}
	return cmp.Or(rank(a)-rank(b), a.Addr.Compare(b.Addr))
}
