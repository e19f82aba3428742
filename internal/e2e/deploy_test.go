//go:build unix

package e2e_test

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// The files of deploy/haproxy unchanged, except for addresses and intervals.
func TestHAProxyOfDeployFollowsTheChecks(t *testing.T) {
	t.Parallel()
	redis := testservers.Redis(t)
	agent := testservers.FreeAddr(t)
	e := start(t, dependentChecks(redis.Addr)+"healthcheck: {draining_status: 404, unknown_status: 500}\n",
		"--agent.listen-address="+agent, "--web.enable-lifecycle")
	for _, name := range []string{"httpchk.cfg", "agent-check.cfg", "disable-on-404.cfg"} {
		t.Run(name, func(t *testing.T) {
			text := replace(t, read(t, "deploy/haproxy/"+name), "127.0.0.1:8081", "APP", "127.0.0.1:8080", testservers.FreeAddr(t))
			text = strings.NewReplacer("port 10927", "port "+e.Port(), "port 10928", "port "+portOf(agent), "inter 2s", "inter 200ms").Replace(text)
			b := balance(t, text)
			up := func() {
				t.Helper()
				eventually(t, func() string {
					if s := b.servers(t)["app/web1"]; !strings.HasPrefix(s.status, "UP") {
						return "web1 is " + s.status + " (" + s.why + "), want UP"
					}
					return ""
				})
			}
			down := func(want string) {
				t.Helper()
				eventually(t, func() string {
					if s := b.servers(t)["app/web1"]; !strings.HasPrefix(s.status, want) {
						return "web1 is " + s.status + " (" + s.why + "), want " + want
					}
					return ""
				})
			}
			up()
			redis.Stop()
			down("DOWN")
			redis.Start()
			up()
			if name == "disable-on-404.cfg" {
				post(t, e.url+"/-/drain")
				down("NOLB")
				post(t, e.url+"/-/undrain")
				up()
			}
		})
	}
}

// A manifest is the parts of a Kubernetes object that are looked at.
type manifest struct {
	Kind string
	Data map[string]string
	Spec struct {
		Template struct {
			Spec struct {
				Containers []struct {
					Args           []string
					LivenessProbe  probe `yaml:"livenessProbe"`
					ReadinessProbe probe `yaml:"readinessProbe"`
				}
			}
		}
	}
}

type probe struct {
	HTTPGet struct{ Path string } `yaml:"httpGet"`
}

// The exporter runs with the arguments and the configuration of each manifest,
// and answers what its probes ask.
func TestManifestsOfKubernetesStartTheExporter(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"daemonset.yaml", "deployment.yaml", "sidecar.yaml"} {
		t.Run(name, func(t *testing.T) {
			all := manifests(t, "deploy/kubernetes/"+name)
			configuration := all[slices.IndexFunc(all, func(m manifest) bool { return m.Kind == "ConfigMap" })].Data
			dir := t.TempDir()
			for _, file := range slices.Sorted(maps.Keys(configuration)) {
				write(t, filepath.Join(dir, file), configuration[file])
			}
			containers := all[slices.IndexFunc(all, func(m manifest) bool { return m.Kind == "Deployment" || m.Kind == "DaemonSet" })].Spec.Template.Spec.Containers
			c := containers[len(containers)-1]
			run := testservers.Dir(t) // An emptyDir.
			var args []string
			for _, arg := range c.Args {
				args = append(args, strings.NewReplacer("/etc/healthcheck_exporter", dir, "/run/healthcheck_exporter", run).Replace(arg))
			}
			checkArguments(t, args)
			if got := c.LivenessProbe.HTTPGet.Path; got != "/-/healthy" {
				t.Errorf("the liveness probe asks %q", got)
			}
			health := testservers.FreeAddr(t)
			for i, arg := range args {
				args[i] = strings.ReplaceAll(arg, "=:10929", "="+health)
			}
			startWith(t, args...)
			fetch(t, http.StatusOK, "http://"+health+c.LivenessProbe.HTTPGet.Path)
			ready := http.StatusOK
			if c.ReadinessProbe.HTTPGet.Path != "/-/ready" {
				ready = http.StatusInternalServerError // What the sidecar checks is not here.
			}
			fetch(t, ready, "http://"+health+c.ReadinessProbe.HTTPGet.Path)
			// By kubectl exec: no second line says that the drain ends with the container.
			if out, errs, status := command(t, nil, "--admin.socket="+filepath.Join(run, "admin.sock"), "drain"); out != "drained\n" || status != 0 {
				t.Errorf("drain: %d %q %q", status, out, errs)
			}
		})
	}
}

// checkArguments wants them to be understood, and the configuration in them.
func checkArguments(t testing.TB, args []string) {
	t.Helper()
	if _, stderr, status := command(t, nil, append(slices.Clone(args), "config", "check")...); status != 0 {
		t.Errorf("%v: status %d: %s", args, status, stderr)
	}
}

func manifests(t testing.TB, path string) []manifest {
	t.Helper()
	var all []manifest
	decoder := yaml.NewDecoder(strings.NewReader(read(t, path)))
	for {
		var m manifest
		err := decoder.Decode(&m)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		all = append(all, m)
	}
}
