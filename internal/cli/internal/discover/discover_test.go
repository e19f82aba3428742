package discover_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli/internal/discover"
)

var update = flag.Bool("update", false, "write the golden file anew")

// A proc is a /proc of a machine that a test invents.
type proc struct {
	t               *testing.T
	dir             string
	tcp, tcp6, unix string
}

func newProc(t *testing.T) *proc {
	p := &proc{t: t, dir: t.TempDir()}
	p.tcp = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
	p.tcp6, p.unix = p.tcp, "Num       RefCount Protocol Flags    Type St Inode Path\n"
	return p
}

// listen adds a socket: an address as in /proc/net/tcp, or a path.
func (p *proc) listen(inode int, at string) {
	switch host, _, _ := strings.Cut(at, ":"); {
	case strings.HasPrefix(at, "/"), strings.HasPrefix(at, "@"):
		p.unix += fmt.Sprintf("0000000000000000: 00000002 00000000 00010000 0001 01 %d %s\n", inode, at)
	case len(host) == 8:
		p.tcp += fmt.Sprintf("   0: %s 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 %d 1 0\n", at, inode)
	default:
		p.tcp6 += fmt.Sprintf("   0: %s 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 %d 1 0\n", at, inode)
	}
}

// run adds a process with sockets.
func (p *proc) run(pid int, name, command, group string, inodes ...int) {
	p.t.Helper()
	dir := filepath.Join(p.dir, fmt.Sprint(pid))
	p.file(filepath.Join(dir, "comm"), name+"\n")
	p.file(filepath.Join(dir, "cmdline"), strings.ReplaceAll(command, " ", "\x00"))
	p.file(filepath.Join(dir, "cgroup"), group+"\n")
	if err := os.MkdirAll(filepath.Join(dir, "fd"), 0o700); err != nil {
		p.t.Fatal(err)
	}
	for i, inode := range inodes {
		if err := os.Symlink(fmt.Sprintf("socket:[%d]", inode), filepath.Join(dir, "fd", fmt.Sprint(i))); err != nil {
			p.t.Fatal(err)
		}
	}
}

func (p *proc) file(path, text string) {
	p.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

func (p *proc) yaml() string {
	p.t.Helper()
	p.file(filepath.Join(p.dir, "net", "tcp"), p.tcp)
	p.file(filepath.Join(p.dir, "net", "tcp6"), p.tcp6)
	p.file(filepath.Join(p.dir, "net", "unix"), p.unix)
	m, err := discover.Read(os.DirFS(p.dir))
	if err != nil {
		p.t.Fatal(err)
	}
	return discover.YAML(m)
}

// valid wants a text to be a configuration, and returns the names of its checks.
func valid(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "init.yml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Check(file)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	var names []string
	for _, c := range cfg.Checks {
		names = append(names, c.Name)
	}
	return strings.Join(names, " ")
}

const (
	loopback4 = "0100007F:"
	any4      = "00000000:"
	private4  = "0500000A:" // 10.0.0.5
	any6      = "00000000000000000000000000000000:"
	loopback6 = "00000000000000000000000001000000:"
)

func busyHost(t *testing.T) *proc {
	p := newProc(t)
	p.listen(1, loopback4+"18EB")
	p.listen(1, loopback6+"18EB")
	p.run(100, "redis-server", "/usr/bin/redis-server 127.0.0.1:6379", "0::/system.slice/redis-server.service", 1)
	p.listen(2, any4+"0050")
	p.listen(3, any6+"0050")
	p.listen(4, any4+"01BB")
	p.run(200, "nginx", "nginx: master process", "0::/system.slice/nginx.service", 2, 3, 4)
	p.run(201, "nginx", "nginx: worker process", "0::/system.slice/nginx.service", 2, 3, 4)
	p.listen(5, private4+"1538")
	p.listen(6, "/run/postgresql/.s.PGSQL.5432")
	p.run(300, "postgres", "/usr/lib/postgresql/15/bin/postgres -D x", "0::/system.slice/system-postgresql.slice/postgresql@15-main.service", 5, 6)
	p.listen(7, any6+"075B")
	p.run(400, "mosquitto", "/usr/sbin/mosquitto --password=opensesame", "12:pids:/x\n1:name=systemd:/system.slice/mosquitto.service", 7)
	p.listen(8, any4+"0CEA")
	p.run(500, "mariadbd", "/usr/sbin/mariadbd", "0::/", 8)
	p.listen(9, any4+"1628")
	p.listen(10, any4+"6458")
	p.run(600, "beam.smp", "/usr/lib/erlang/bin/beam.smp -- -s rabbit boot", "0::/", 9, 10)
	p.listen(11, "/run/php/php8.2-fpm.sock")
	p.run(700, "php-fpm8.2", "php-fpm: master", "0::/", 11)
	p.listen(12, any4+"1F90")
	p.run(800, "evil\n- x: ${A}", "/bin/evil", "0::/", 12)
	p.listen(13, any4+"2AAF")
	p.run(900, "healthcheck_exp", "healthcheck_exporter", "0::/", 13)
	p.listen(14, any4+"0016") // Whose, this user cannot see.
	p.listen(15, loopback4+"2BCB")
	p.run(1000, "memcached", "memcached", "0::/") // Nor this, but its port says it.
	p.run(1100, "valkey-server", "valkey-server", "0::/")
	p.listen(16, "/run/valkey/server.sock")
	p.listen(17, "@abstract")
	p.run(1200, "java", "java -cp x org.elasticsearch.bootstrap.Elasticsearch", "0::/", 18)
	p.listen(18, "0000000000000000FFFF00000100007F:23F0")
	return p
}

func compare(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestAConfigurationIsWrittenFromWhatListensAndRuns(t *testing.T) {
	p := busyHost(t)
	text := p.yaml()
	compare(t, "testdata/busy.golden.yml", text)
	if again := p.yaml(); again != text {
		t.Errorf("a second time it is\n%s", again)
	}
	if strings.Contains(text, "opensesame") {
		t.Error("a command line is shown")
	}
	if names := valid(t, text); names != "elasticsearch memcached mosquitto nginx_80 php_fpm postgres rabbitmq redis disk memory load" {
		t.Errorf("the checks are %s", names)
	}
	valid(t, uncommented(text))
}

// Each program is found by the socket that it owns and, where /proc hides the owner,
// at its usual ports.
func TestEveryKnownProgramIsFoundAtItsPorts(t *testing.T) {
	var got strings.Builder
	for _, p := range []struct {
		name, command string
		usual, other  []int
	}{
		{"redis-server", "", []int{6379}, []int{7000}}, {"valkey-server", "", []int{6379}, nil}, {"keydb-server", "", []int{6379}, nil},
		{"redis-sentinel", "", []int{26379}, nil}, {"postgres", "", []int{5432}, []int{5433}}, {"postmaster", "", []int{5432}, nil},
		{"pgbouncer", "", []int{6432}, nil}, {"mariadbd", "", []int{3306}, nil}, {"mysqld", "", []int{3306}, []int{3307}},
		{"nginx", "", []int{80, 443}, []int{8080, 8443}}, {"apache2", "", []int{80, 443}, nil}, {"httpd", "", []int{80, 443}, nil},
		{"lighttpd", "", []int{80, 443}, nil}, {"caddy", "", []int{80, 443}, []int{2019}}, {"haproxy", "", []int{80, 443}, []int{8404}},
		{"mosquitto", "", []int{1883}, []int{8883, 8884, 9001, 1884}}, {"memcached", "", []int{11211}, nil}, {"beam.smp", "-s rabbit boot", []int{5672}, []int{25672}},
		{"nats-server", "", []int{4222}, []int{6222}}, {"mongod", "", []int{27017}, nil}, {"mongos", "", []int{27017}, nil},
		{"java", "-cp x org.elasticsearch.bootstrap.Elasticsearch", []int{9200}, []int{9300}}, {"java", "-cp x kafka.Kafka", []int{9092}, nil},
		{"java", "-cp x org.apache.zookeeper.server", []int{2181}, nil}, {"java", "-jar shop.jar", nil, []int{9200}},
		{"php-fpm8.2", "", nil, []int{9000}}, {"exim4", "", []int{25, 587}, []int{465}}, {"master", "", []int{25, 587}, nil}, {"opensmtpd", "", []int{25, 587}, nil},
	} {
		for i, ports := range [][]int{p.usual, p.usual, p.other} {
			if len(ports) == 0 {
				continue
			}
			machine, hidden := newProc(t), i == 0
			var owned []int
			for _, port := range ports {
				machine.listen(port, loopback4+fmt.Sprintf("%04X", port))
				if !hidden {
					owned = append(owned, port)
				}
			}
			machine.run(1, p.name, strings.TrimSpace(p.name+" "+p.command), "0::/", owned...)
			text := machine.yaml()
			valid(t, text)
			valid(t, uncommented(text))
			_, text, _ = strings.Cut(text, "\nchecks:\n")
			text, _, _ = strings.Cut(text, "\n  # This machine.\n")
			fmt.Fprintf(&got, "%s %s at %d, its sockets hidden: %t\n", p.name, p.command, ports, hidden)
			for line := range strings.Lines(text) {
				if strings.ContainsAny(line, "{") || strings.Contains(line, " runs") {
					got.WriteString(line)
				}
			}
		}
	}
	compare(t, "testdata/known.golden.txt", got.String())
}

func TestAProgramWhoseSocketsAreHiddenIsMentioned(t *testing.T) {
	p := newProc(t)
	p.run(7, "redis-server", "redis-server", "0::/system.slice/redis.service")
	p.run(8, "postgres", "postgres", "0::/")
	p.listen(9, loopback4+"1538")
	text := p.yaml()
	if want := "\n  # redis runs (redis.service), but not where it listens can be seen. As root, config init sees more.\n"; strings.Count(text, want) != 1 || strings.Count(text, "can be seen") != 1 {
		t.Errorf("%s\nwant once %s", text, want)
	}
}

// uncommented is a file in which an operator has removed the # before each entry.
func uncommented(text string) string {
	var b strings.Builder
	entry := false
	for line := range strings.Lines(text) {
		rest, comment := strings.CutPrefix(line, "  # ")
		switch {
		case comment && strings.HasPrefix(rest, "- "), comment && entry && strings.HasPrefix(rest, "  "):
			line, entry = "  "+strings.ReplaceAll(rest, "${", "$${"), true
		default:
			entry = false
		}
		b.WriteString(line)
	}
	return b.String()
}

func TestADatabaseThatListensOnASocketAloneHasNoCheckWithoutALogin(t *testing.T) {
	p := newProc(t)
	p.listen(1, "/run/postgresql/.s.PGSQL.5432")
	p.run(1, "postgres", "postgres", "0::/", 1)
	text := p.yaml()
	if names := valid(t, text); names != "disk memory load" || !strings.Contains(text, "\n  #   postgres: {address: ") {
		t.Errorf("the checks are %s:\n%s", names, text)
	}
}

func TestAServiceThatRunsTwiceHasTwoChecks(t *testing.T) {
	p := newProc(t)
	p.listen(1, loopback4+"18EB")
	p.run(1, "redis-server", "redis-server", "0::/", 1)
	p.listen(2, loopback4+"18EC")
	p.run(2, "redis-server", "redis-server", "0::/", 2)
	p.listen(3, "/run/third.sock")
	p.run(3, "redis-server", "redis-server", "0::/", 3)
	if names := valid(t, p.yaml()); names != "redis_socket_0 redis_6379 redis_6380 disk memory load" {
		t.Errorf("the checks are %s", names)
	}
}

func TestAPortIsCheckedAtTheAddressThatStays(t *testing.T) {
	p := newProc(t)
	p.listen(1, private4+"18EB") // Another network, another address.
	p.listen(2, loopback6+"18EB")
	p.run(1, "redis-server", "redis-server", "0::/", 1, 2)
	p.listen(3, any4+"1F90")
	p.listen(4, any6+"1F90")
	p.run(2, "shop", "shop", "0::/", 3, 4)
	p.tcp += "   0: zz:18EC 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5 1 0\n" // Not of the kernel.
	text := p.yaml()
	if !strings.Contains(text, `redis: {address: "[::1]:6379"}`) || strings.Contains(text, "10.0.0.5") {
		t.Errorf("%s\nwant redis at the loopback address", text)
	}
	if n := strings.Count(text, "port_"); n != 1 || !strings.Contains(text, `port_8080, tcp: {address: "127.0.0.1:8080"}`) {
		t.Errorf("%s\nwant the port 8080 once, and no other", text)
	}
}

func TestASocketBelongsToTheProcessWithTheLowestID(t *testing.T) {
	p := newProc(t)
	p.listen(1, loopback4+"18EB")
	p.run(9, "redis-server", "redis-server", "0::/system.slice/parent.service", 1)
	p.run(10, "redis-server", "redis-server", "0::/system.slice/child.service", 1)
	if text := p.yaml(); !strings.Contains(text, "# redis at 127.0.0.1:6379 (parent.service)") {
		t.Errorf("%s\nwant the socket to be that of process 9", text)
	}
}

func TestAMachineWithoutServicesIsCheckedItself(t *testing.T) {
	if names := valid(t, newProc(t).yaml()); names != "disk memory load" {
		t.Errorf("the checks are %s", names)
	}
	if _, err := discover.Read(os.DirFS(t.TempDir())); err == nil || !strings.Contains(err.Error(), "config init reads Linux's /proc: open net/tcp: no such file") {
		t.Errorf("without /proc: %v", err)
	}
}
