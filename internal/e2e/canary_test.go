//go:build linux

package e2e_test

import (
	"context"
	"fmt"
	"html"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// A canary is a secret that lies in one place only: seen where it must not be, it
// tells by itself where it came from.
type canary struct{ place, secret string }

type canaries struct {
	all   []canary
	looks int // how many texts were looked through
}

var placeholder = regexp.MustCompile(`\{\{([/%]?)([^}]+)\}\}`)

// plant puts a new secret in each {{place}}.
func (c *canaries) plant(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(found string) string {
		m := placeholder.FindStringSubmatch(found)
		kind, place := m[1], m[2]
		secret := fmt.Sprintf("kanarie%03d%08x", len(c.all), rand.Uint32())
		if kind != "" {
			secret = fmt.Sprintf("ka/na+r=ie%03d%08x", len(c.all), rand.Uint32())
		}
		c.all = append(c.all, canary{place, secret})
		if kind == "%" {
			return url.QueryEscape(secret)
		}
		return secret
	})
}

// absent complains about each secret in a text, in whatever spelling.
func (c *canaries) absent(t testing.TB, where, text string) {
	t.Helper()
	c.looks++
	if text == "" {
		t.Errorf("%s is empty", where)
	}
	readings := []string{text}
	if unescaped := html.UnescapeString(text); unescaped != text {
		readings = append(readings, unescaped)
	}
	for _, reading := range readings {
		for _, canary := range c.all {
			if spelling := faulttest.Leaked(reading, canary.secret); spelling != "" {
				at := strings.Index(reading, spelling)
				t.Errorf("%s shows the secret of %q: …%s…", where, canary.place, reading[max(0, at-80):min(len(reading), at+len(spelling)+20)])
				break
			}
		}
	}
}

// A secret in each of many places is in no answer, no dump, no metric, no log.
func TestASecretIsNowhereWhereverItWasPut(t *testing.T) {
	t.Parallel()
	c := &canaries{}
	dir := t.TempDir()
	file := filepath.Join(dir, "healthcheck.yml")
	write(t, file, c.config(t, dir))
	env := append(c.environ(t), "PATH="+os.Getenv("PATH"))
	if len(c.all) < 60 {
		t.Fatalf("%d places, want at least 60", len(c.all))
	}
	for _, format := range []string{"logfmt", "json"} {
		t.Run(format, func(t *testing.T) { c.hunt(t, file, env, format) })
	}
	faulty := filepath.Join(dir, "faulty.yml")
	for name, text := range faultyFiles(readFile(t, file)) {
		write(t, faulty, c.plant(text))
		for _, args := range [][]string{{"config", "check"}, {"check", "--output=nagios"}} {
			out, errs, _ := command(t, env, append([]string{"--config.file=" + faulty}, args...)...)
			c.absent(t, fmt.Sprintf("%s of a file with %s", strings.Join(args, " "), name), out+errs)
		}
	}
	out, errs, _ := command(t, env, "environment", "--config.file="+file, "--web.listen-address="+c.plant("app:{{argv, user and password}}@h:1"),
		"--web.config.file="+c.plant("postgres://app:{{argv, URL}}@db/x"), c.plant("--web.telemetry-path=/x?token={{argv, query}}"))
	c.absent(t, "environment, with secrets in its arguments", out+errs)
	places := map[string]bool{}
	for _, canary := range c.all {
		places[canary.place] = true
	}
	record(t, "secrets", fmt.Sprintf("- %d secrets in %d places, looked for in %d answers, dumps, lines, outputs and logs: none seen, in plain, URL-encoded, in hexadecimal or in base64",
		len(c.all), len(places), c.looks))
	for _, args := range [][]string{
		{"config", "show"}, {"config", "check"}, {"environment"}, {"environment", "--explain"},
		{"check"}, {"check", "--verbose"}, {"check", "--verbose", "--wait=2s"}, {"config", "init"}, {"check", "--output=json"}, {"check", "--output=nagios"}, {"check", "--output=prometheus"},
	} {
		out, errs, _ := command(t, env, append([]string{"--config.file=" + file}, args...)...)
		c.absent(t, strings.Join(args, " "), out+errs)
	}
}

// hunt looks at everything that a running exporter shows.
func (c *canaries) hunt(t *testing.T, file string, env []string, logFormat string) {
	path, dir, agent, systemd := binary(t), t.TempDir(), testservers.FreeAddr(t), newManager(t, false)
	server := testservers.LaunchOnPort(t, func(addr string) testservers.Program {
		return testservers.Program{
			Path: path, Dir: dir, Env: append(slices.Clone(env), "NOTIFY_SOCKET="+systemd.notify),
			Args: []string{
				"--config.file=" + file, "--web.listen-address=" + addr, "--agent.listen-address=" + agent,
				"--log.level=debug", "--log.format=" + logFormat, "--web.enable-lifecycle", "--web.enable-pprof",
				"--state.directory=" + filepath.Join(dir, "state"),
			},
			Ready: func(ctx context.Context) error { return answers(ctx, "http://"+addr+"/-/ready") },
		}
	})
	e := &exporter{Server: server, url: "http://" + server.Addr}
	look := func(when string) {
		for _, path := range []string{
			"/healthcheck", "/healthcheck?verbose", "/healthcheck?format=text", "/healthcheck?format=health%2Bjson", "/healthcheck?format=plain",
			"/metrics", "/environment", "/environment/process", "/environment/config", "/environment/application", "/",
			"/debug/pprof/goroutine?debug=2", "/debug/pprof/cmdline",
		} {
			_, body, err := get(t.Context(), e.url+path)
			if err != nil {
				t.Fatal(err)
			}
			c.absent(t, path+" "+when, body)
		}
		_, body, _ := get(t.Context(), e.url+"/healthcheck")
		checks := regexp.MustCompile(`"checker": "([^"]+)"`).FindAllStringSubmatch(body, -1)
		if len(checks) < 10 {
			t.Fatalf("%d checks in %s", len(checks), body)
		}
		for _, check := range checks {
			_, page, _ := get(t.Context(), e.url+"/checks/"+check[1])
			c.absent(t, "the page of "+check[1]+" "+when, page)
		}
		openMetrics, _ := fetchAs(t, e.url+"/metrics", "application/openmetrics-text")
		c.absent(t, "OpenMetrics "+when, openMetrics)
		c.absent(t, "the agent's line "+when, lineOf(t, agent))
	}
	look("at first")
	_, body, _ := get(t.Context(), e.url+"/healthcheck?format=text")
	for _, want := range []string{"[-] redis-wrong: ", "[-] postgres-dsn: ", "[-] mysql-dsn: ", "[-] http-header: ", "[+] output-words: "} {
		if !strings.Contains(body, want) { // Else the places have not been tried.
			t.Errorf("no line %q in\n%s", want, body)
		}
	}

	for _, path := range []string{"/-/run/redis-wrong", "/-/run/postgres-dsn?format=json", "/-/run/redis-wrong"} {
		_, answer := post(t, e.url+path)
		c.absent(t, "the answer to POST "+path, answer)
	}

	_, body, _ = get(t.Context(), e.url+"/healthcheck?verbose")
	for _, want := range []string{`"stderr": "one`, `"begins": "POST / HTTP/1.1`, `"attempts": [{"address": "`, `"phases": [{"name": "connecting"`} {
		if !strings.Contains(body, want) {
			t.Errorf("no evidence %s in\n%s", want, body)
		}
	}

	good := readFile(t, file)
	defer write(t, file, good)
	for name, text := range faultyFiles(good) {
		write(t, file, c.plant(text))
		status, answer := post(t, e.url+"/-/reload")
		if status != http.StatusInternalServerError {
			t.Errorf("the file with %s is taken: %s", name, answer)
		}
		c.absent(t, "the answer to a reload of a file with "+name, answer)
		_, answer = post(t, e.url+"/-/diff")
		c.absent(t, "the difference to a file with "+name, answer)
	}
	write(t, file, strings.ReplaceAll(good, "name: redis-wrong", "name: redis-other"))
	status, answer := post(t, e.url+"/-/diff")
	if status != http.StatusConflict || !strings.Contains(answer, "[-] redis-other: ") {
		t.Errorf("the difference is %d %s, want that redis-other fails", status, answer)
	}
	c.absent(t, "the difference to a file with another name", answer)
	write(t, file, c.plant("checks: [{name: x, redis: {address: {{faulty address}}, password: {{faulty password}}, usr: 1}}]"))
	e.Signal(syscall.SIGHUP)
	c.inRequests(t, e)
	e.Signal(syscall.SIGHUP)
	look("after faulty files")
	systemd.wantMessage("STATUS=draining: ")
	e.Stop()
	c.absent(t, "what systemd hears", strings.Join(systemd.messages(""), "\n"))
	for _, name := range []string{"decisions.json", "fingerprint.key", "history.slots", "results.slots"} {
		c.absent(t, "the state directory's "+name, readFile(t, filepath.Join(dir, "state", name)))
	}
	history, _, _ := command(t, env, "history", "--state.directory="+filepath.Join(dir, "state"))
	c.absent(t, "history", history)
	if !strings.Contains(history, "redis-wrong") {
		t.Errorf("the history has no redis-wrong:\n%s", history)
	}
	c.absent(t, "the log", readFile(t, filepath.Join(dir, "output-healthcheck_exporter.log")))
}

// inRequests sends secrets to the exporter itself.
func (c *canaries) inRequests(t testing.TB, e *exporter) {
	t.Helper()
	for _, r := range []struct{ method, path string }{
		{http.MethodGet, "/healthcheck?token={{request query}}"},
		{http.MethodGet, "/nope/{{request path}}"},
		{http.MethodPost, "/-/drain?reason=moved+to+postgres://app:{{drain reason}}@db/x"},
		{http.MethodPost, "/-/mute?check=redis-wrong&for=1h&reason=moved+to+postgres://app:{{mute reason}}@db/x"},
	} {
		path := c.plant(r.path)
		request, err := http.NewRequestWithContext(t.Context(), r.method, e.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", c.plant("Bearer {{request bearer}}"))
		request.Header.Set("Cookie", c.plant("session={{request cookie}}"))
		request.Header.Set("User-Agent", c.plant("poller/1 --password={{request user agent}}"))
		request.SetBasicAuth("x", c.plant("{{request basic auth}}"))
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	conn, err := net.Dial("tcp", e.Addr) // What net/http complains about.
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, c.plant("GET /?password={{malformed request}} HTTP/1.1\r\nAuthorization : Bearer x\r\n\r\n"))
	_, _ = io.Copy(io.Discard, conn)
}

// config is the file, with its servers started and its secrets planted.
func (c *canaries) config(t testing.TB, dir string) string {
	t.Helper()
	text := c.plant(read(t, "internal/e2e/testdata/canary.yml"))
	certificates := faulttest.Certificates(t)
	mirror := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadGateway)
		all, _ := httputil.DumpRequest(r, true)
		_, _ = w.Write(all)
	}))
	t.Cleanup(mirror.Close)
	banner := c.plant("500 login as app:{{banner of a peer}}@db failed\r\n")
	for name, address := range map[string]string{
		"echo":        faulttest.Echo(t),
		"mirror":      mirror.Listener.Addr().String(),
		"certificate": faulttest.TLS(t, certificates.OfOtherHost, nil),
		"banner": faulttest.Serve(t, func(conn net.Conn) {
			_, _ = io.WriteString(conn, banner)
			_, _ = io.Copy(io.Discard, conn)
		}),
		"redis":    testservers.Redis(t, "--requirepass", "another").Addr,
		"postgres": testservers.Postgres(t).Addr,
		"mysql":    testservers.MariaDB(t).Addr,
	} {
		text = strings.ReplaceAll(text, "@"+name+"@", address)
	}
	for name, content := range map[string]string{
		"postgres DSN file": "postgres://app:{{postgres DSN file}}@127.0.0.1:1/app",
		"mysql DSN file":    "app:{{mysql DSN file}}@tcp(127.0.0.1:1)/app",
	} {
		text = c.file(t, dir, text, name, content)
	}
	return regexp.MustCompile(`@file:([^@]+)@`).ReplaceAllStringFunc(text, func(found string) string {
		name := strings.TrimSuffix(strings.TrimPrefix(found, "@file:"), "@")
		return c.file(t, dir, found, name, "{{/"+name+"}}\n")
	})
}

// file writes a file with a secret, and puts its path in its place of the text.
func (c *canaries) file(t testing.TB, dir, text, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"))
	write(t, path, c.plant(content))
	return strings.ReplaceAll(text, "@file:"+name+"@", path)
}

func (c *canaries) environ(t testing.TB) []string {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(read(t, "internal/e2e/testdata/canary.env")), "\n")
	for i, line := range lines {
		lines[i] = c.plant(line)
	}
	return slices.Clip(lines)
}

// faultyFiles are files with a secret near what is wrong.
func faultyFiles(good string) map[string]string {
	check := func(text string) string { return "checks:\n  - name: a\n    " + text + "\n" }
	return map[string]string{
		"an open bracket":          check("redis: {address: 'h:1', password: [{{bad file, open bracket}}"),
		"an open quote":            check("redis: {address: 'h:1', password: \"{{bad file, open quote}}}"),
		"a tab":                    check("redis:\n\tpassword: {{bad file, tab}}"),
		"an unknown key":           check("redis: {address: 'h:1', passwrod: {{bad file, unknown key}}}"),
		"a key twice":              check("redis: {address: 'h:1', password: {{bad file, first}}, password: {{bad file, second}}}"),
		"a list for a string":      check("redis: {address: 'h:1', password: [{{bad file, list}}]}"),
		"a secret for a mapping":   check("redis: {{bad file, for a mapping}}"),
		"a DSN that is none":       check("postgres: {dsn: 'postgres://app:{{bad file, DSN}}@h:port/x'}"),
		"a MySQL DSN that is none": check("mysql: {dsn: 'app:{{bad file, MySQL DSN}}@tcp(h:1'}"),
		"a URL with a password":    check("http: {url: 'http://app:{{bad file, URL}}@h/'}"),
		"a proxy of no scheme":     check("http: {url: 'http://h/', proxy_url: 'ftp://app:{{bad file, proxy}}@h/'}"),
		"a bad header":             check("http: {url: 'http://h/', headers: {\"X Token\": {{bad file, header}}}}"),
		"an unset variable":        check("redis: {address: 'h:1', password: '{{bad file, before a variable}}${UNSET_VARIABLE}'}"),
		"a merge of nothing":       check("redis: {<<: *nothing, password: {{bad file, alias}}}"),
		"an address that is none":  check("redis: {address: 'app:{{bad file, address}}@h'}"),
		"a second document":        good + "---\npassword: {{bad file, second document}}\n",
		"no YAML":                  "-----BEGIN PRIVATE KEY-----\n{{bad file, PEM}}\n-----END PRIVATE KEY-----\n",
		"words":                    "password = {{bad file, words}}\n",
	}
}

// lineOf is what an agent says.
func lineOf(t testing.TB, addr string) string {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	line, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return string(line)
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
