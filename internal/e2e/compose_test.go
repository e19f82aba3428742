//go:build unix

package e2e_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// A composition is what deploy/compose uses of the Compose file format.
type composition struct {
	Name     string
	Services map[string]struct {
		Image           string
		Init            bool
		ReadOnly        bool     `yaml:"read_only"`
		CapDrop         []string `yaml:"cap_drop"`
		SecurityOpt     []string `yaml:"security_opt"`
		NetworkMode     string   `yaml:"network_mode"`
		StopGracePeriod string   `yaml:"stop_grace_period"`
		DependsOn       []string `yaml:"depends_on"`
		Command, Ports  []string
		Volumes         []string
	}
	Volumes map[string]struct {
		DriverOpts map[string]string `yaml:"driver_opts"`
	}
}

func compose(t *testing.T) composition {
	t.Helper()
	decoder := yaml.NewDecoder(strings.NewReader(read(t, "deploy/compose/compose.yaml")))
	decoder.KnownFields(true)
	var c composition
	if err := decoder.Decode(&c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheFilesOfTheCompositionExist(t *testing.T) {
	c := compose(t)
	for name, service := range c.Services {
		for _, volume := range service.Volumes {
			source, _, _ := strings.Cut(volume, ":")
			if _, named := c.Volumes[source]; named {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, "deploy", "compose", source)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, other := range append(service.DependsOn, strings.TrimPrefix(service.NetworkMode, "service:")) {
			if _, is := c.Services[other]; !is && other != "" {
				t.Errorf("%s: there is no service %s", name, other)
			}
		}
	}
	if image := c.Services["exporter"].Image; image != "healthcheck_exporter:"+strings.TrimSpace(read(t, "VERSION")) {
		t.Errorf("the image is %s", image)
	}
}

func TestTheExporterOfTheCompositionStarts(t *testing.T) {
	t.Parallel()
	redis := testservers.Redis(t)
	shop := httptest.NewServer(http.NotFoundHandler())
	defer shop.Close()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "healthcheck.yml"), replace(t, read(t, "deploy/compose/healthcheck.yml"),
		"redis:6379", redis.Addr, "http://127.0.0.1:80/", shop.URL))
	state := filepath.Join(dir, "state")
	if err := os.Mkdir(state, 0o700); err != nil {
		t.Fatal(err)
	}
	var args []string
	for _, arg := range compose(t).Services["exporter"].Command {
		args = append(args, strings.NewReplacer("/etc/healthcheck_exporter", dir, "/var/lib/healthcheck_exporter", state).Replace(arg))
	}
	body := fetch(t, http.StatusInternalServerError, startWith(t, args...).url+"/healthcheck?format=text")
	if !strings.Contains(body, "[-] shop: status 404") || !strings.Contains(body, "[+] redis: PONG") {
		t.Errorf("the answer is %s", body)
	}
}

func TestProgramsAcceptTheFilesOfTheComposition(t *testing.T) {
	t.Parallel()
	rules := filepath.Join(root, "deploy", "prometheus", "rules.yml")
	if abs, err := filepath.Abs(rules); err == nil {
		rules = abs
	}
	checkBy(t, block{where: "prometheus.yml", text: replace(t, read(t, "deploy/compose/prometheus.yml"), "rules.yml", rules)},
		testservers.Need(t, "promtool"), "check", "config")
	checkBy(t, block{where: "haproxy.cfg", text: read(t, "deploy/compose/haproxy.cfg")}, testservers.Need(t, "haproxy"), "-q", "-dW", "-c", "-f")
	original := replace(t, read(t, "deploy/grafana/provisioning/datasources/prometheus.yml"), "http://127.0.0.1:9090", "http://prometheus:9090")
	_, original, _ = strings.Cut(original, "\n")
	if _, copied, _ := bytes.Cut([]byte(read(t, "deploy/compose/grafana-datasource.yml")), []byte("\n")); string(copied) != original {
		t.Error("grafana-datasource.yml differs from that of deploy/grafana by more than the address")
	}
}
