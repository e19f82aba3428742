//go:build unix

package testservers

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// rabbitUsers are the users as which RabbitMQ runs when the tests run as root.
var rabbitUsers = []string{"rabbitmq", "nobody"}

// RabbitMQ starts a broker without plugins. It has three users with the given
// password: "app" has all permissions in the virtual host "/", "watcher" can only
// log in to it, and "stranger" cannot log in to it. The node never connects to
// another node: its name, cookie, epmd and files belong to the test alone. It
// takes about five seconds to start: use one server for several subtests.
func RabbitMQ(t testing.TB, password string) *Server {
	t.Helper()
	path, dir := Need(t, "/usr/lib/rabbitmq/bin/rabbitmq-server", "rabbitmq-server"), Dir(t, rabbitUsers...)
	epmd := epmd(t)
	definitions := filepath.Join(dir, "definitions.json")
	writeOwn(t, definitions, rabbitDefinitions(t, password))
	writeOwn(t, filepath.Join(dir, "plugins"), "[].\n")
	return LaunchOnPort(t, func(addr string) Program {
		node := "ts" + portOf(addr)
		config := filepath.Join(dir, node+".conf")
		writeOwn(t, config, "listeners.tcp.1 = "+addr+"\nload_definitions = "+definitions+
			"\nlog.console = true\nlog.console.level = warning\nlog.file = false\n")
		return Program{
			Path: path, Dir: dir, Users: rabbitUsers, Ready: rabbitReady(addr),
			Env: []string{
				"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "HOME=" + dir, "ERL_EPMD_PORT=" + epmd.Port(), "ERL_EPMD_ADDRESS=127.0.0.1",
				"RABBITMQ_NODENAME=" + node + "@localhost", "RABBITMQ_CONFIG_FILE=" + config, "RABBITMQ_CONF_ENV_FILE=" + filepath.Join(dir, "none"),
				"RABBITMQ_MNESIA_BASE=" + dir, "RABBITMQ_LOG_BASE=" + dir, "RABBITMQ_PID_FILE=" + filepath.Join(dir, "pid"),
				"RABBITMQ_ENABLED_PLUGINS_FILE=" + filepath.Join(dir, "plugins"), "RABBITMQ_DIST_PORT=" + portOf(FreeAddr(t)),
				"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1} +S 1:1",
			},
		}
	})
}

// epmd starts the name server of Erlang. Otherwise the node would start one as a
// daemon and leave it behind.
func epmd(t testing.TB) *Server {
	t.Helper()
	path := Need(t, "epmd")
	return LaunchOnPort(t, func(addr string) Program {
		return Program{Path: path, Args: []string{"-port", portOf(addr), "-address", "127.0.0.1"}, Users: rabbitUsers, Ready: listening(addr)}
	})
}

// listening returns a Ready for a server that accepts connections at addr.
func listening(addr string) func(context.Context) error {
	return func(ctx context.Context) error {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
		if err != nil {
			return err
		}
		return conn.Close()
	}
}

// rabbitReady asks for the first frame of a broker.
func rabbitReady(addr string) func(context.Context) error {
	return func(ctx context.Context) error {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
		if err != nil {
			return err
		}
		defer conn.Close()
		if deadline, ok := ctx.Deadline(); ok {
			_ = conn.SetDeadline(deadline)
		}
		if _, err := conn.Write([]byte("AMQP\x00\x00\x09\x01")); err != nil {
			return err
		}
		first := make([]byte, 1)
		if _, err := conn.Read(first); err != nil {
			return err
		}
		if first[0] != 1 {
			return errors.New("no frame of AMQP")
		}
		return nil
	}
}

// rabbitDefinitions is the JSON of users and permissions that a broker loads.
func rabbitDefinitions(t testing.TB, password string) string {
	t.Helper()
	salt := make([]byte, 4)
	_, _ = rand.Read(salt) // It never fails.
	sum := sha256.Sum256(slices.Concat(salt, []byte(password)))
	hash := base64.StdEncoding.EncodeToString(slices.Concat(salt, sum[:]))
	type object map[string]any
	user := func(name string) object {
		return object{"name": name, "password_hash": hash, "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": ""}
	}
	data, err := json.Marshal(object{
		"users":  []object{user("app"), user("watcher"), user("stranger")},
		"vhosts": []object{{"name": "/"}, {"name": "orders"}},
		"permissions": []object{
			{"user": "app", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"},
			{"user": "watcher", "vhost": "/", "configure": "^$", "write": "^$", "read": "^$"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// writeOwn writes a file that the broker can read.
func writeOwn(t testing.TB, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(fmt.Errorf("%s: %w", path, err))
	}
	own(t, path, rabbitUsers)
}
