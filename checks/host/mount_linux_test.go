package host_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/host"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

func TestDiskOfRealMounts(t *testing.T) {
	t.Parallel()
	if !testservers.InNamespace(t, "--mount") {
		return
	}
	run := func(d host.Disk) answer { return call(t.Context(), must(t)(d.Build())) }
	limits := func(d host.Disk) host.Disk { d.WarnPercent, d.WarnInodesPercent = 100, 100; return d }

	t.Run("a directory is no mount point", func(t *testing.T) {
		dir := t.TempDir()
		if a := run(limits(host.Disk{Path: dir})); a.err != nil {
			t.Errorf("error = %v, want none", a.err)
		}
		run(limits(host.Disk{Path: dir, Mounted: true})).
			failed(t, checks.ReasonAssertion, dir+" is not a mount point, want a filesystem mounted there")
	})
	t.Run("a mount with a blank in its name, through a link", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "a b")
		mountAt(t, "tmpfs", dir, "tmpfs", 0, "size=1m")
		link := filepath.Join(t.TempDir(), "link")
		if err := os.Symlink(dir, link); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{dir, link, link + "/"} {
			if a := run(limits(host.Disk{Path: path, Mounted: true, ReadOnly: "fail"})); a.err != nil {
				t.Errorf("%s: error = %v, want none", path, a.err)
			}
		}
	})
	t.Run("mounted read-only on purpose", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "ro")
		mountAt(t, "tmpfs", dir, "tmpfs", syscall.MS_RDONLY, "size=1m")
		readOnly(t, run, dir, "tmpfs")
	})
	t.Run("bound read-only, as a container's root is", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "bound")
		mountAt(t, "/tmp", dir, "", syscall.MS_BIND, "")
		if err := syscall.Mount("", dir, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
			t.Fatal(err)
		}
		if a := run(limits(host.Disk{Path: dir, Mounted: true})); a.err != nil {
			t.Errorf("error = %v, want none", a.err)
		}
		if a := run(limits(host.Disk{Path: dir, ReadOnly: "fail"})); checks.ReasonOf(a.err) != checks.ReasonAssertion {
			t.Errorf("error = %v, want it to be read-only", a.err)
		}
	})
	t.Run("squashfs is full by design", func(t *testing.T) {
		dir := squashfs(t)
		run(host.Disk{Path: dir}).passed(t, "128KiB of squashfs, full by design and not judged")
		run(host.Disk{Path: dir, FailPercent: 95}).failed(t, checks.ReasonThreshold, "100% of 128KiB used, want below 95%")
		run(host.Disk{Path: dir, ReadOnly: "fail"}).
			failed(t, checks.ReasonAssertion, dir+" is mounted read-only (squashfs), want it writable")
	})
	t.Run("ext4 after an error", func(t *testing.T) {
		dir := ext4(t, "errors=remount-ro")
		if a := run(limits(host.Disk{Path: dir, Mounted: true, ReadOnly: "fail"})); a.err != nil {
			t.Fatalf("before the error: %v", a.err)
		}
		breakExt4(t, dir)
		want := dir + " has become read-only (ext4), as the kernel does after an error, want it writable"
		run(limits(host.Disk{Path: dir})).failed(t, checks.ReasonAssertion, want)
		if a := run(limits(host.Disk{Path: dir, ReadOnly: "ignore"})); a.err != nil {
			t.Errorf("ignored: error = %v, want none", a.err)
		}
	})
}

// readOnly wants a mount that is read-only on purpose to pass unless the
// setting says otherwise.
func readOnly(t *testing.T, run func(host.Disk) answer, dir, filesystem string) {
	t.Helper()
	found := dir + " is mounted read-only (" + filesystem + "), want it writable"
	if a := run(host.Disk{Path: dir}); a.err != nil {
		t.Errorf("default: error = %v, want none", a.err)
	}
	if a := run(host.Disk{Path: dir, ReadOnly: "ignore"}); a.err != nil {
		t.Errorf("ignore: error = %v, want none", a.err)
	}
	a := run(host.Disk{Path: dir, ReadOnly: "warn"})
	a.warned(t, a.output, found)
	run(host.Disk{Path: dir, ReadOnly: "fail"}).failed(t, checks.ReasonAssertion, found)
}

// mountAt mounts until the test ends.
func mountAt(t *testing.T, source, dir, filesystem string, flags uintptr, options string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount(source, dir, filesystem, flags, options); err != nil {
		t.Skipf("mount: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
}

// ext4 mounts a new filesystem in a file.
func ext4(t *testing.T, options string) (dir string) {
	t.Helper()
	image := filepath.Join(t.TempDir(), "image")
	dir = filepath.Join(t.TempDir(), "ext4")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	must := func(name string, args ...string) {
		if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
			t.Skipf("%s: %v %s", name, err, out)
		}
	}
	must("truncate", "-s", "16M", image)
	must(testservers.Need(t, "mkfs.ext4"), "-q", "-F", image)
	must("mount", "-o", "loop,"+options, image, dir)
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
	return dir
}

// squashfs mounts a filesystem with one small file.
func squashfs(t *testing.T) (dir string) {
	t.Helper()
	data, err := os.ReadFile("testdata/tiny.squashfs")
	if err != nil {
		t.Fatal(err)
	}
	image := filepath.Join(t.TempDir(), "image")
	dir = filepath.Join(t.TempDir(), "squashfs")
	if err := errors.Join(os.WriteFile(image, append(data, make([]byte, 4096)...), 0o600), os.Mkdir(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "mount", "-o", "loop", image, dir).CombinedOutput(); err != nil {
		t.Skipf("mount: %v %s", err, out)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
	return dir
}

// breakExt4 makes the kernel find an error in the filesystem.
func breakExt4(t *testing.T, dir string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "findmnt", "-no", "SOURCE", dir).Output()
	if err != nil {
		t.Skipf("findmnt: %v", err)
	}
	device := filepath.Base(strings.TrimSpace(string(out)))
	if err := os.WriteFile("/sys/fs/ext4/"+device+"/trigger_fs_error", []byte("1"), 0o200); err != nil {
		t.Skipf("cannot break %s: %v", device, err)
	}
}
