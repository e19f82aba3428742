// Package kubernetes tests the manifests beside it against the types of Kubernetes
// and of the Prometheus operator: a key that neither knows is an error.
package kubernetes_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

var write = flag.Bool("write", false, "write rules.yaml from ../prometheus/rules.yml")

// object returns an empty object of a kind that is used here.
func object(kind string) any {
	switch kind {
	case "ConfigMap":
		return new(core.ConfigMap)
	case "Service":
		return new(core.Service)
	case "Deployment":
		return new(apps.Deployment)
	case "DaemonSet":
		return new(apps.DaemonSet)
	case "PodMonitor":
		return new(monitoring.PodMonitor)
	case "PrometheusRule":
		return new(monitoring.PrometheusRule)
	}
	return nil
}

// objects decodes the documents of a file strictly.
func objects(t *testing.T, file string) []any {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []any
	for _, document := range bytes.Split(text, []byte("\n---\n")) {
		var kind struct{ Kind string }
		if err := yaml.Unmarshal(document, &kind); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		o := object(kind.Kind)
		if o == nil {
			t.Fatalf("%s: unknown kind %q", file, kind.Kind)
		}
		if err := yaml.UnmarshalStrict(document, o); err != nil {
			t.Errorf("%s: %s: %v", file, kind.Kind, err)
		}
		all = append(all, o)
	}
	return all
}

func files(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("*.yaml")
	if err != nil || len(found) < 5 {
		t.Fatalf("manifests: %v, %v", found, err)
	}
	return found
}

func TestManifestsHaveNoUnknownKeys(t *testing.T) {
	for _, file := range files(t) {
		objects(t, file)
	}
}

// pods returns the pod templates of all workloads, by file.
func pods(t *testing.T) map[string]core.PodTemplateSpec {
	t.Helper()
	all := map[string]core.PodTemplateSpec{}
	for _, file := range files(t) {
		for _, o := range objects(t, file) {
			switch o := o.(type) {
			case *apps.Deployment:
				all[file] = o.Spec.Template
			case *apps.DaemonSet:
				all[file] = o.Spec.Template
			}
		}
	}
	return all
}

func TestTheExporterRunsWithTheLeast(t *testing.T) {
	for file, pod := range pods(t) {
		c := pod.Spec.Containers[len(pod.Spec.Containers)-1]
		own, whole := c.SecurityContext, pod.Spec.SecurityContext
		if own == nil || own.AllowPrivilegeEscalation == nil || *own.AllowPrivilegeEscalation ||
			own.ReadOnlyRootFilesystem == nil || !*own.ReadOnlyRootFilesystem || len(own.Capabilities.Drop) != 1 || own.Capabilities.Drop[0] != "ALL" {
			t.Errorf("%s: securityContext %+v, want no privilege, no capability and a read-only root", file, own)
			continue
		}
		if own.SeccompProfile == nil && (whole == nil || whole.SeccompProfile == nil) {
			t.Errorf("%s: no seccomp profile", file)
		}
		if c.Resources.Limits.Memory().IsZero() || c.Resources.Requests.Cpu().IsZero() {
			t.Errorf("%s: resources %+v, want requests and a limit of memory", file, c.Resources)
		}
		if c.LivenessProbe == nil || c.LivenessProbe.HTTPGet.Path != "/-/healthy" {
			t.Errorf("%s: the liveness probe is %+v, want /-/healthy", file, c.LivenessProbe)
		}
		if pod.Spec.AutomountServiceAccountToken == nil || *pod.Spec.AutomountServiceAccountToken {
			t.Errorf("%s: the pod gets a token that it does not need", file)
		}
	}
}

// The root of the container is read-only, and emptyDir is writable for every user.
func TestTheExporterKeepsItsStateInAnEmptyDir(t *testing.T) {
	for file, pod := range pods(t) {
		c := pod.Spec.Containers[len(pod.Spec.Containers)-1]
		for _, flag := range []string{"--admin.socket=", "--state.directory="} {
			if path := argument(c.Args, flag); !strings.HasPrefix(path, emptyDirOf(pod.Spec.Volumes, c.VolumeMounts)+"/") {
				t.Errorf("%s: %s%s, want a path in an emptyDir", file, flag, path)
			}
		}
	}
}

// argument returns the value of a flag.
func argument(args []string, flag string) string {
	for _, arg := range args {
		if value, is := strings.CutPrefix(arg, flag); is {
			return value
		}
	}
	return ""
}

// emptyDirOf returns where the container has an emptyDir.
func emptyDirOf(volumes []core.Volume, mounts []core.VolumeMount) string {
	for _, mount := range mounts {
		for _, volume := range volumes {
			if volume.Name == mount.Name && volume.EmptyDir != nil && !mount.ReadOnly && mount.SubPath == "" {
				return mount.MountPath
			}
		}
	}
	return "nowhere"
}

func TestThePodMonitorFindsThePods(t *testing.T) {
	var monitor *monitoring.PodMonitor
	for _, o := range objects(t, "monitoring.yaml") {
		monitor, _ = o.(*monitoring.PodMonitor)
	}
	for file, pod := range pods(t) {
		for name, value := range monitor.Spec.Selector.MatchLabels {
			if pod.Labels[name] != value {
				t.Errorf("%s: the label %s of the pod is %q, want %q", file, name, pod.Labels[name], value)
			}
		}
		c := pod.Spec.Containers[len(pod.Spec.Containers)-1]
		if got, want := c.Ports[0].Name, *monitor.Spec.PodMetricsEndpoints[0].Port; got != want {
			t.Errorf("%s: the port is called %q, want %q", file, got, want)
		}
	}
}

const head = `# The rules of deploy/prometheus/rules.yml for the Prometheus operator. Written by
#   go test . -write
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: healthcheck
spec:
`

func TestTheRulesAreThoseOfPrometheus(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "prometheus", "rules.yml"))
	if err != nil {
		t.Fatal(err)
	}
	if *write {
		_, groups, _ := strings.Cut(string(text), "\ngroups:\n")
		indented := "  " + strings.ReplaceAll(strings.TrimSuffix("groups:\n"+groups, "\n"), "\n", "\n  ") + "\n"
		if err := os.WriteFile("rules.yaml", []byte(head+strings.ReplaceAll(indented, "\n  \n", "\n\n")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var want monitoring.PrometheusRuleSpec
	if err := yaml.UnmarshalStrict(text, &want); err != nil {
		t.Fatal(err)
	}
	got, is := objects(t, "rules.yaml")[0].(*monitoring.PrometheusRule)
	if !is || !reflect.DeepEqual(got.Spec, want) {
		t.Error("rules.yaml differs from deploy/prometheus/rules.yml: run go test . -write")
	}
}
