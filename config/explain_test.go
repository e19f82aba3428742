package config_test

import (
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/config"
)

// Each line is a check and the command with which a person repeats it.
func TestEachCheckSaysHowToRepeatItByHand(t *testing.T) {
	file := filepath.Join(t.TempDir(), "dsn")
	write(t, file, "postgres://anna:hunter2hunter2@db/x")
	covered := map[string]bool{}
	for _, c := range []struct{ settings, want string }{
		{`http: {url: "http://web:8080/ping?x=1"}`, "curl -v http://web:8080/ping?x=1"},
		{`http: {url: "https://web/ping", method: HEAD, follow_redirects: true, tls: {ca_file: /etc/ca.pem}, basic_auth: {username: anna, password: hunter2hunter2}}`,
			"curl -v --head --location --cacert /etc/ca.pem --user anna https://web/ping"},
		{`http: {url: "http://docker/info", unix_socket: /run/docker.sock, method: POST, body: hunter2hunter2, headers: {X-Key: hunter2hunter2}}`,
			"curl -v --request POST --unix-socket /run/docker.sock http://docker/info"},
		{`http: {url: "https://web/ping", bearer_token: hunter2hunter2, tls: {insecure_skip_verify: true}}`, "curl -v --insecure https://web/ping"},
		{`tcp: {address: "mail:25", send: hunter2hunter2, expect: "^220"}`, "nc -vz mail 25"},
		{`tcp: {address: "[::1]:25"}`, "nc -vz ::1 25"},
		{`tcp: {address: "unix:///run/app.sock"}`, "nc -vzU /run/app.sock"},
		{`tcp: {address: "mail:465", tls: {}}`, "openssl s_client -connect mail:465 -servername mail -verify_hostname mail"},
		{`tls: {address: "192.0.2.1:443", tls: {ca_file: /etc/ca.pem}}`, "openssl s_client -connect 192.0.2.1:443 -CAfile /etc/ca.pem"},
		{`tls: {address: "192.0.2.1:443", tls: {server_name: web}}`, "openssl s_client -connect 192.0.2.1:443 -servername web -verify_hostname web"},
		{`tls: {file: /etc/ssl/web.pem}`, "openssl x509 -noout -subject -enddate -in /etc/ssl/web.pem"},
		{`dns: {name: example.org}`, "dig example.org"},
		{`dns: {name: example.org, server: "192.0.2.53:5353", type: MX, transport: tcp, no_recursion: true}`, "dig @192.0.2.53 -p 5353 +tcp +norecurse example.org MX"},
		{`dns: {name: 192.0.2.1, server: 192.0.2.53, type: PTR, tls: {}}`, "dig @192.0.2.53 +tls -x 192.0.2.1"},
		{`redis: {address: "cache:6379"}`, "redis-cli -h cache -p 6379 PING"},
		{`redis: {address: /run/redis.sock, username: app, password: hunter2hunter2, db: 3, command: [GET, hunter2hunter2]}`, "redis-cli -s /run/redis.sock -n 3 --user app --askpass PING"},
		{`redis: {address: "cache:6380", tls: {ca_file: /etc/ca.pem, server_name: c}}`, "redis-cli -h cache -p 6380 --tls --cacert /etc/ca.pem --sni c PING"},
		{`postgres: {dsn: "postgres://shop:hunter2hunter2@db1,db2:5433/orders?sslmode=disable", query: "select 'hunter2hunter2'"}`, "psql -h db1 -p 5432 -U shop -d orders -c SELECT 1"},
		{`postgres: {address: /run/postgresql, user: shop}`, "psql -h /run/postgresql -p 5432 -U shop -c SELECT 1"},
		{`postgres: {dsn_file: FILE}`, ""},
		{`mysql: {dsn: "shop:hunter2hunter2@tcp(db:3306)/orders"}`, "mysql -h db -P 3306 -u shop -D orders -e SELECT 1 -p"},
		{`mysql: {address: /run/mysqld/mysqld.sock, user: shop}`, "mysql -S /run/mysqld/mysqld.sock -u shop -e SELECT 1"},
		{`amqp: {dsn: "amqp://app:hunter2hunter2@broker:5672/vhost"}`, "nc -vz broker 5672"},
		{`amqp: {dsn: "amqps://app:hunter2hunter2@broker/vhost"}`, "openssl s_client -connect broker:5671 -servername broker -verify_hostname broker"},
		{`disk: {path: /srv}`, "df -h /srv"},
		{`memory: {}`, "free -h"},
		{`load: {}`, "uptime"},
		{`exec: {command: [check_ntp, -H, ntp]}`, "check_ntp -H ntp"},
	} {
		name, _, _ := strings.Cut(c.settings, ":")
		covered[name] = true
		cfg := load(t, "checks: [{name: x, "+strings.Replace(c.settings, "FILE", file, 1)+"}]")
		if got := strings.Join(cfg.Checks[0].ByHand, " "); got != c.want || strings.Contains(got, "hunter2") {
			t.Errorf("%s: by hand %q, want %q", c.settings, got, c.want)
		}
	}
	for i, name := range config.TypeNames() {
		spec := reflect.New(reflect.TypeFor[config.Types]().Field(i).Type.Elem()).Interface()
		if _, manual := spec.(checks.Manual); manual && !covered[name] {
			t.Errorf("no line about %s", name)
		}
	}
}

func TestLimitsOfObservedValuesAreInWordsAndNumbers(t *testing.T) {
	for settings, want := range map[string]string{
		`disk: {path: /}`: "[{used_ratio from 85% from 95% {0.85 0.95 0 0}} {free_bytes   {0 0 0 0}} {inodes_used_ratio from 85% from 95% {0.85 0.95 0 0}}]",
		`disk: {path: /, fail_free: 5GiB, warn_inodes_percent: 70}`:              "[{used_ratio   {0 0 0 0}} {free_bytes  below 5GiB {0 0 0 5.36870912e+09}} {inodes_used_ratio from 70%  {0.7 0 0 0}}]",
		`memory: {warn_percent: 50}`:                                             "[{used_ratio from 50%  {0.5 0 0 0}}]",
		`load: {minutes: 1, fail_per_cpu: 9}`:                                    "[{load1_ratio  from 9 {0 9 0 0}}]",
		`tls: {address: "web:443", warn_days: 21}`:                               "[{tls_not_after_timestamp_seconds 21 days before once it is over {0 0 0 0}}]",
		`redis: {address: "c:1", tls: {warn_days: 14, fail_days: 3}}`:            "[{tls_not_after_timestamp_seconds 14 days before 3 days before {0 0 0 0}}]",
		`redis: {address: "c:1"}`:                                                "[]",
		`amqp: {address: "b:1", queue: q, warn_messages: 10, fail_consumers: 1}`: "[{messages from 10  {10 0 0 0}} {consumers  below 1 {0 0 0 1}}]",
		`heartbeat: {max_age: 24h, grace: 1h, token: hunter2hunter2}`:            "[{last_success_timestamp_seconds  25h0m0s later {0 0 0 0}}]",
		`exec: {command: [x]}`:                                                   "[]",
	} {
		if got := fmt.Sprint(load(t, "checks: [{name: x, "+settings+"}]").Checks[0].Limits); got != want {
			t.Errorf("%s: limits %s, want %s", settings, got, want)
		}
	}
}

func TestACheckIsShownAloneWithALineForEachKey(t *testing.T) {
	c := load(t, `checks: [{name: a, memory: {}}, {name: b, http: {url: "http://h/", headers: {X: y}, status: [200, 300-304]}, tags: [x, y], timeout: 2s}]`)
	const want = `name: b
http:
  url: "http://h/"
  headers:
    X: y
  status: ["200", 300-304]
tags: [x, y]
timeout: 2s
`
	if got, err := c.CheckYAML("b", scrubber(c)); err != nil || string(got) != want {
		t.Errorf("%v\n%swant\n%s", err, got, want)
	}
	if got, err := c.CheckYAML("a", scrubber(c)); err != nil || string(got) != "name: a\nmemory: {}\n" {
		t.Errorf("%v\n%s", err, got)
	}
	if got, err := c.CheckYAML("typo", scrubber(c)); err != nil || got != nil {
		t.Errorf("an unknown check: %v\n%s", err, got)
	}
}
