//go:build linux

package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// standIns are the programs of docs/install.md that a test must not run: they would
// install packages, start services or need a network. Each checks its arguments
// against what the project has, and notes its call.
var standIns = map[string]string{
	"sudo":      `exec "$@"`,
	"apt":       `[ "$1" = install ] && test -f "$2"`,
	"dnf":       `[ "$1" = install ] && test -f "$2"`,
	"systemctl": `[ "$#" = 2 ] && test -f "$ROOT/deploy/systemd/$2.service"`,
	"make":      `exec /usr/bin/make --silent --dry-run --directory="$ROOT" "$@" >/dev/null`,
	"go":        `[ "$1" = get ] && grep -qx "module $2" "$ROOT/go.mod"`,
	// The image has the name that scripts/image gives it, and the port is that of its healthcheck.
	"docker": `eval "last=\${$#}"; [ "$1" = run ] && [ "$last" = "healthcheck_exporter:$(cat "$ROOT/VERSION")" ] &&
		case "$*" in *" -p 10927:10927 "*) grep -q :10927/ "$ROOT/Dockerfile" ;; *) false ;; esac`,
}

// The commands of docs/install.md, and that of the README, run one after the other in
// a folder with the files of a release.
func TestCommandsOfInstallRun(t *testing.T) {
	t.Parallel()
	dir, here := t.TempDir(), absolute(t, root)
	bin := filepath.Join(dir, "bin")
	for name, script := range standIns {
		executable(t, filepath.Join(bin, name), "#!/bin/sh\nset -e\necho "+name+" >>"+dir+"/called\n"+script+"\n")
	}
	version := strings.TrimSpace(read(t, "VERSION"))
	archive := "healthcheck_exporter-" + version + ".linux-amd64"
	symlink(t, binary(t), filepath.Join(dir, archive, "healthcheck_exporter"))
	symlink(t, binary(t), filepath.Join(dir, "healthcheck_exporter")) // make build leaves it there.
	symlink(t, binary(t), filepath.Join(bin, "healthcheck_exporter"))
	write(t, filepath.Join(dir, "healthcheck.yml"), read(t, "config/default.yml"))
	files := []string{archive + ".tar.gz", "healthcheck-exporter_" + version + "-1_amd64.deb", "healthcheck-exporter-" + version + "-1.x86_64.rpm"}
	for _, name := range files[1:] {
		write(t, filepath.Join(dir, name), name)
	}
	shell := func(command string) (string, error) {
		cmd := exec.CommandContext(t.Context(), "/bin/sh", "-e", "-c", command)
		cmd.Dir, cmd.Env = dir, []string{"PATH=" + bin + ":/usr/bin:/bin", "ROOT=" + here, "HOME=" + dir, "GOFLAGS=-mod=mod"}
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := shell("tar --dereference -czf " + files[0] + " " + archive + " && rm -r " + archive + " && sha256sum " + strings.Join(files, " ") + " >sha256sums.txt"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, b := range append(blocks(t, "docs/install.md", "sh"), blocks(t, "README.md", "sh")...) {
		if out, err := shell(strings.ReplaceAll(b.text, "/etc/healthcheck_exporter/", dir+"/")); err != nil {
			t.Errorf("%s: %v\n%s\nprints\n%s", b.where, err, b.text, out)
		}
	}
	called, _ := os.ReadFile(filepath.Join(dir, "called")) // Without it, all are missing.
	for name := range standIns {
		if !strings.Contains(string(called), name+"\n") {
			t.Errorf("no command of docs/install.md runs %s", name)
		}
	}
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func executable(t *testing.T, path, script string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
}

func symlink(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(from, to); err != nil {
		t.Fatal(err)
	}
}
