//go:build linux

package e2e_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// makeIn runs make in the folder of the module.
func makeIn(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "make", append([]string{"-s"}, args...)...)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("make %v: %v\n%s", args, err, out)
	}
	return string(out)
}

func TestMakeAndPromuBuildWithTheSameFlags(t *testing.T) {
	var promu struct {
		Build struct{ Flags, LDFlags string }
	}
	if err := yaml.Unmarshal([]byte(read(t, ".promu.yml")), &promu); err != nil {
		t.Fatal(err)
	}
	ldflags := strings.NewReplacer("{{.Version}}", "1.2.3", "{{.Revision}}", "abc", "{{.Branch}}", "main",
		`{{date "20060102-15:04:05"}}`, "20260102-03:04:05").Replace(promu.Build.LDFlags)
	want := promu.Build.Flags + " -ldflags '" + strings.Join(strings.Fields(ldflags), " ") + "'"
	command := makeIn(t, "-n", "build", "VERSION=1.2.3", "REVISION=abc", "BRANCH=main", "BUILD_DATE=20260102-03:04:05")
	if !strings.Contains(strings.Join(strings.Fields(command), " "), want) {
		t.Errorf("make build runs\n%s\nwant in it, as in .promu.yml:\n%s", command, want)
	}
}

func TestAReleaseIsBuiltForWhatPromuLists(t *testing.T) {
	var promu struct {
		Crossbuild struct{ Platforms []string }
	}
	if err := yaml.Unmarshal([]byte(read(t, ".promu.yml")), &promu); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), filepath.Join(root, "scripts", "release"), "--list").Output()
	if err != nil {
		t.Fatal(err)
	}
	var platforms []string
	for line := range strings.Lines(string(out)) {
		platform, environment, _ := strings.Cut(strings.TrimSpace(line), " ")
		platforms = append(platforms, platform)
		arch := strings.Replace(path.Base(platform), "armv7", "arm GOARM=7", 1)
		if want := "GOOS=" + path.Dir(platform) + " GOARCH=" + arch; environment != want {
			t.Errorf("%s is built with %q, want %q", platform, environment, want)
		}
	}
	if len(platforms) < 11 || !slices.Equal(platforms, promu.Crossbuild.Platforms) {
		t.Errorf("scripts/release builds for %v, want %v as in .promu.yml", platforms, promu.Crossbuild.Platforms)
	}
}

// The systems of which releases are made are vetted by scripts/test too.
func TestForeignSystemsAreVetted(t *testing.T) {
	script := read(t, "scripts/test")
	for _, platform := range []string{"linux/386", "linux/arm64", "darwin/", "windows/", "freebsd/"} {
		if !strings.Contains(script, platform) {
			t.Errorf("scripts/test does not vet for %s", platform)
		}
	}
}

// An image is what buildah says of one.
type image struct {
	Docker struct {
		Config struct {
			User        string
			Entrypoint  []string
			Labels      map[string]string
			Healthcheck struct{ Test []string }
		}
	}
}

// The image is built as `make image` builds it, and run: as its user, without any
// capability, on a root that cannot be written.
func TestTheImageServes(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("buildah and chroot need root")
	}
	buildah := newBuildah(t)
	dir := t.TempDir()
	binary := filepath.Join(dir, "healthcheck_exporter")
	makeIn(t, "build", "BINARY="+binary)
	for _, file := range []string{"Dockerfile", "LICENSE"} {
		write(t, filepath.Join(dir, file), read(t, file))
	}
	if err := os.Mkdir(filepath.Join(dir, "dist"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "dist", "healthcheck_exporter.cdx.json"), document(t, "bill", binary))
	buildah.run(t, []string{"CONTEXT=" + dir, "REVISION=abc"}, filepath.Join(root, "scripts", "image"))

	name := "healthcheck_exporter:" + strings.TrimSpace(read(t, "VERSION"))
	container := strings.TrimSpace(buildah.run(t, nil, "buildah", "from", name))
	mount := strings.TrimSpace(buildah.run(t, nil, "buildah", "mount", container))
	var about image
	if err := json.Unmarshal([]byte(buildah.run(t, nil, "buildah", "inspect", "--type", "image", name)), &about); err != nil {
		t.Fatal(err)
	}
	config := about.Docker.Config
	if info, err := os.Stat(filepath.Join(mount, "bin", "healthcheck_exporter")); err != nil || info.Size() > 20e6 {
		t.Errorf("the binary in the image: %v, %v, want at most 20 MB", info, err)
	}
	if _, err := os.Stat(filepath.Join(mount, "healthcheck_exporter.cdx.json")); err != nil {
		t.Error(err)
	}
	if !regexp.MustCompile(`^\d+:\d+$`).MatchString(config.User) || config.Labels["org.opencontainers.image.revision"] != "abc" {
		t.Errorf("user %q, labels %v, want a numeric user and the revision", config.User, config.Labels)
	}

	if err := os.Mkdir(filepath.Join(mount, "proc"), 0o755); err != nil { // As container engines do.
		t.Fatal(err)
	}
	inside := func(command ...string) []string {
		script := `mount --bind -o ro "$1" "$1" && mount -t proc proc "$1/proc" && root=$1 user=$2 && shift 2 && exec chroot --userspec="$user" "$root" "$@"`
		return append([]string{"--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script, "sh", mount, config.User}, command...)
	}
	server := testservers.LaunchOnPort(t, func(addr string) testservers.Program {
		return testservers.Program{
			Path:  testservers.Need(t, "unshare"),
			Args:  inside(append(slices.Clone(config.Entrypoint), "--web.listen-address="+addr)...),
			Ready: func(ctx context.Context) error { return answers(ctx, "http://"+addr+"/-/ready") },
		}
	})
	if got := fetch(t, 200, "http://"+server.Addr+"/healthcheck"); !strings.Contains(got, `"status": "success"`) {
		t.Errorf("/healthcheck answers %s", got)
	}
	if got := fetch(t, 200, "http://"+server.Addr+"/environment/process"); !strings.Contains(got, "healthcheck_exporter") {
		t.Errorf("/environment/process answers %s", got)
	}

	health := slices.Clone(config.Healthcheck.Test)
	if len(health) < 2 || health[0] != "CMD" {
		t.Fatalf("HEALTHCHECK %q, want a command without a shell", health)
	}
	for i := range health {
		health[i] = strings.ReplaceAll(health[i], "127.0.0.1:10927", server.Addr)
	}
	ask := func() ([]byte, error) {
		return exec.CommandContext(t.Context(), "unshare", inside(health[1:]...)...).CombinedOutput()
	}
	if out, err := ask(); err != nil || !strings.Contains(string(out), "healthy") {
		t.Errorf("HEALTHCHECK: %v\n%s", err, out)
	}
	server.Stop()
	if out, err := ask(); err == nil {
		t.Errorf("HEALTHCHECK of a stopped exporter passes:\n%s", out)
	}
}

// A buildah works in a store of its own.
type buildah struct{ env []string }

func newBuildah(t *testing.T) buildah {
	t.Helper()
	testservers.Need(t, "buildah")
	dir := t.TempDir()
	config := filepath.Join(dir, "storage.conf")
	write(t, config, "[storage]\ndriver = \"vfs\"\ngraphroot = \""+dir+"/images\"\nrunroot = \""+dir+"/run\"\n")
	b := buildah{append(os.Environ(), "CONTAINERS_STORAGE_CONF="+config, "BUILDAH_ISOLATION=chroot")}
	t.Cleanup(func() {
		cmd := exec.Command("buildah", "rm", "--all")
		cmd.Env = b.env
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("buildah rm: %v\n%s", err, out)
		}
	})
	return b
}

// run returns what a command prints.
func (b buildah) run(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(slices.Clone(b.env), env...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, stderr.String())
	}
	return string(out)
}
