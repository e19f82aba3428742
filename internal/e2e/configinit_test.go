//go:build linux

package e2e_test

import (
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// aHost starts four servers on their usual ports in a network and a /proc of their
// own, as if the machine had nothing else, and runs config init there. Everything
// ends with the shell.
const aHost = `
set -e
ip link set lo up
cd "$DIR"
redis-server --save '' --bind 127.0.0.1 >redis.log 2>&1 &
mosquitto -p 1883 >mosquitto.log 2>&1 &
nginx -c "$DIR/nginx.conf" -p "$DIR" -e error.log >nginx.log 2>&1 &
setpriv --reuid="$PGUSER" --regid="$PGGROUP" --clear-groups sh -c '
	initdb -D "$DIR/pg" -U postgres -A trust --no-sync >initdb.log 2>&1
	exec postgres -D "$DIR/pg" -k "$DIR" -F -c dynamic_shared_memory_type=mmap >postgres.log 2>&1' &
hc() { "$EXPORTER" "$@"; }
hc --config.file=ready.yml check --wait=60s >ready.log
hc config init --output=init.yml
hc --config.file=init.yml config check
hc --config.file=init.yml check
`

const readyYAML = `
checks:
  - {name: redis, tcp: {address: "127.0.0.1:6379"}}
  - {name: mosquitto, tcp: {address: "127.0.0.1:1883"}}
  - {name: nginx, tcp: {address: "127.0.0.1:80"}}
  - {name: postgres, tcp: {address: "127.0.0.1:5432"}}
`

const nginxConf = `
daemon off;
user root;
pid nginx.pid;
events {}
http {
	access_log off;
	server { listen 80 default_server; listen [::]:80 default_server; return 200 "welcome"; }
}
`

func TestConfigInitOnAHostWithRedisPostgresNginxAndMosquitto(t *testing.T) {
	t.Parallel()
	path := os.Getenv("PATH")
	for _, program := range []string{"redis-server", "mosquitto", "nginx", "initdb", "unshare", "ip", "setpriv"} {
		path += ":" + filepath.Dir(testservers.Need(t, program))
	}
	if os.Getuid() != 0 {
		t.Skip("a network of its own needs root")
	}
	owner, err := user.Lookup("postgres")
	if err != nil {
		owner, err = user.Lookup("nobody")
	}
	if err != nil {
		t.Fatal(err)
	}
	dir := testservers.Dir(t, owner.Username)
	write(t, filepath.Join(dir, "ready.yml"), readyYAML)
	write(t, filepath.Join(dir, "nginx.conf"), nginxConf)
	cmd := exec.CommandContext(t.Context(), "unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", aHost)
	cmd.Env = []string{"PATH=" + path, "LC_ALL=C", "HOME=" + dir, "DIR=" + dir, "EXPORTER=" + binary(t), "PGUSER=" + owner.Uid, "PGGROUP=" + owner.Gid}
	out, err := cmd.CombinedOutput()
	written, readErr := os.ReadFile(filepath.Join(dir, "init.yml"))
	file := string(written)
	if err != nil || readErr != nil {
		t.Fatalf("%v\n%s\n%s", err, out, file)
	}
	for _, want := range []string{
		"valid: 7 checks\n", "[+] redis:", "[+] postgres:", "[+] nginx:", "[+] mosquitto:", "[+] disk:", "7 checks passed",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in\n%s\n%s", want, out, file)
		}
	}
	if !strings.Contains(file, "  # - name: postgres_login\n") || strings.Contains(file, "port_") {
		t.Errorf("the file is\n%s", file)
	}
}
