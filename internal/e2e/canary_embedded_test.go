//go:build linux

package e2e_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/go-kit/log"
	"github.com/jackc/pgx/v5/pgconn"
	promclient "github.com/prometheus/client_golang/prometheus"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"

	_ "github.com/go-sql-driver/mysql" // an embedder's own driver
)

// leakingError shows a secret wherever it is printed.
type leakingError struct{ text string }

func (e leakingError) Error() string { return e.text }

// panickingError panics, with a secret, when it is printed.
type panickingError struct{ text string }

func (e panickingError) Error() string { panic(e.text) }

// leakyChecks are functions as somebody writes them who does not think of
// secrets.
func leakyChecks(c *canaries) []checks.Check {
	panics := c.plant("dial postgres://app:{{panic text}}@db:5432/app")
	panicked := c.plant("redis: AUTH password={{panic with an error}}")
	printed := c.plant("token={{panic of Error}}")
	output := c.plant("connected to amqp://app:{{output of a function}}@mq/")
	warned := c.plant("certificate of https://app:{{warning}}@h/ ends soon")
	wrapped := errors.Join(leakingError{c.plant("app:{{joined error}}@tcp(db:3306)/app")}, errors.New("again"))
	pgDSN := c.plant("postgres://app:{{error of pgx}}@127.0.0.1:port/app")
	myDSN := c.plant("app:{{error of the MySQL driver}}@tcp(127.0.0.1:1)/app")
	address := c.plant("http://app:{{error of net/http}}@127.0.0.1:1/?access_token={{error of net/http, query}}")
	broken := c.plant("http://app:{{error of net/url}}@h:port/")

	traced := c.plant("amqp://app:{{text of a trace}}@mq/")
	simple := func(name string, f checks.Func) checks.Check { return checks.Check{Name: name, Func: f} }
	return []checks.Check{
		simple("panic", func(context.Context) (string, error) { panic(panics) }),
		simple("panic-error", func(context.Context) (string, error) { panic(leakingError{panicked}) }),
		simple("panic-Error", func(context.Context) (string, error) { return "", panickingError{printed} }),
		simple("output", func(context.Context) (string, error) { return output, nil }),
		simple("warning", func(context.Context) (string, error) { return output, checks.Warnf("%s", warned) }),
		simple("joined", func(context.Context) (string, error) { return "", wrapped }),
		simple("pgx", func(ctx context.Context) (string, error) {
			_, err := pgconn.Connect(ctx, pgDSN)
			return "", err
		}),
		simple("mysql", func(ctx context.Context) (string, error) {
			db, err := sql.Open("mysql", myDSN)
			if err != nil {
				return "", err
			}
			defer db.Close()
			return "", errors.Join(db.PingContext(ctx), leakingError{myDSN})
		}),
		simple("http", func(ctx context.Context) (string, error) {
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
			if err != nil {
				return "", err
			}
			_, err = (&http.Client{}).Do(request)
			return "", err
		}),
		simple("trace", func(ctx context.Context) (string, error) {
			trace := checks.TraceOf(ctx)
			trace.Phase("asking "+traced, traced)
			trace.Tried(traced, errors.New(traced))
			trace.Replied(500, traced)
			trace.Exited(1, traced)
			trace.Note(traced, traced)
			return "", errors.New("no answer")
		}),
		simple("url", func(context.Context) (string, error) {
			_, err := url.Parse(broken)
			return "", err
		}),
	}
}

func TestASecretInAnEmbeddingServiceIsNowhere(t *testing.T) {
	t.Parallel()
	c := &canaries{}
	var logged lockedBuffer
	all, err := collector.New(collector.Options{Logger: log.NewLogfmtLogger(&logged)}, leakyChecks(c)...)
	if err != nil {
		t.Fatal(err)
	}
	section := c.plant("postgres://app:{{section function}}@db/app")
	panics := c.plant("postgres://app:{{section panic}}@db/app")
	fails := c.plant("password={{section error}}")
	functions := map[string]func(context.Context) (any, error){
		"value":  func(context.Context) (any, error) { return map[string]any{"at": []string{section}}, nil },
		"panics": func(context.Context) (any, error) { panic(panics) },
		"fails":  func(context.Context) (any, error) { return nil, errors.New(fails) },
	}
	everybody := func(*http.Request) bool { return true }
	options := httpapi.Options{Trusted: everybody}
	var dumped envinfo.Options
	for name, f := range functions {
		options.Sections = append(options.Sections, httpapi.Section{Name: name, Func: f})
		dumped.Sections = append(dumped.Sections, envinfo.Section{Name: name, Func: f})
	}
	dump, err := envinfo.New(dumped)
	if err != nil {
		t.Fatal(err)
	}
	registry := promclient.NewRegistry()
	registry.MustRegister(all)
	for path, handler := range map[string]http.Handler{
		"/healthcheck":                      httpapi.Healthcheck(all, options),
		"/healthcheck?verbose":              httpapi.Healthcheck(all, options),
		"/healthcheck?format=text":          httpapi.Healthcheck(all, options),
		"/healthcheck?format=health%2Bjson": httpapi.Healthcheck(all, options),
		"/":                                 httpapi.Page(all, httpapi.PageOptions{}),
		"/checks/trace":                     httpapi.CheckPage(all, "/checks", httpapi.PageOptions{Trusted: everybody}),
		"/environment":                      httpapi.Environment(dump, httpapi.EnvironmentOptions{}),
		"/metrics":                          httpapi.Metrics(registry, nil),
	} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		c.absent(t, path, w.Body.String())
		if path == "/checks/trace" && !strings.Contains(w.Body.String(), "********") {
			t.Errorf("no evidence in %s", w.Body)
		}
		if path == "/healthcheck?verbose" && !strings.Contains(w.Body.String(), `"evidence": {"last"`) {
			t.Errorf("no evidence in %s", w.Body)
		}
		if path == "/healthcheck" && strings.Count(w.Body.String(), `"passed": false`) != 9 {
			t.Errorf("want nine failures in %s", w.Body)
		}
	}
	c.absent(t, "the log", logged.String())
}

// A dump of this test's own process, when it is started again with secrets in
// its arguments.
func TestASecretInTheArgumentsOfAServiceIsNotInItsDump(t *testing.T) {
	t.Parallel()
	if os.Getenv("DUMP_OWN_ARGUMENTS") != "" {
		dump, err := envinfo.New(envinfo.Options{Disable: []string{"os", "go", "config"}})
		if err != nil {
			t.Fatal(err)
		}
		os.Stdout.Write(dump.JSON(t.Context()))
		return
	}
	c := &canaries{}
	var words []string
	for word := range strings.FieldsSeq("--password|{{--password_word}} --api-key={{--api-key=}} -p|{{-p_word}} --db=postgres://app:{{URL}}@db/x " +
		"-u|app:{{-u}} -H|Authorization:_Bearer_{{-H}} PGPASSWORD={{NAME=}} --url=https://h/?sig={{query}} https://app:{{bare_URL}}@h/") {
		for part := range strings.SplitSeq(word, "|") {
			words = append(words, c.plant(strings.ReplaceAll(part, "_", " ")))
		}
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], append([]string{"-test.run=^" + t.Name() + "$", "--"}, words...)...)
	cmd.Env = append(os.Environ(), "DUMP_OWN_ARGUMENTS=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), `"--password"`) {
		t.Fatalf("no arguments in %s", out)
	}
	c.absent(t, "the dump", string(out))
}

// A lockedBuffer is a log's destination that a test may read meanwhile.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
