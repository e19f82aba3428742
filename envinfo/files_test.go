package envinfo_test

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
)

// files makes a file system of paths and contents.
func files(contents map[string]string) fs.FS {
	m := fstest.MapFS{}
	for path, text := range contents {
		m[path] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

func TestOsReleaseIsReadAsTheShellWould(t *testing.T) {
	root := files(map[string]string{"etc/os-release": "# a comment\n\nNAME='It''s'\nID=\"de\\\"b\\$\"\r\nVERSION_ID=12\nVERSION=\"12 (bookworm)\"\n" +
		"PRETTY_NAME=\"a=b \\n\"\nVERSION_CODENAME=x\nVERSION_CODENAME=bookworm\nBUG_REPORT_URL=ignored\nbroken line\n"})
	want := envinfo.Distribution{
		ID: `de"b$`, Name: `It''s`, Version: "12 (bookworm)", VersionID: "12", Codename: "bookworm", PrettyName: `a=b \n`,
	}
	if got := envinfo.ReadDistribution(root); got == nil || *got != want {
		t.Errorf("distribution = %+v, want %+v", got, want)
	}
}

func TestOsReleaseOfUsrLibIsTheSecondChoice(t *testing.T) {
	if got := envinfo.ReadDistribution(files(map[string]string{"usr/lib/os-release": "ID=alpine\n"})); got == nil || got.ID != "alpine" {
		t.Errorf("distribution = %+v, want alpine", got)
	}
	both := map[string]string{"usr/lib/os-release": "ID=alpine\n", "etc/os-release": "ID=debian"}
	if got := envinfo.ReadDistribution(files(both)); got == nil || got.ID != "debian" {
		t.Errorf("distribution = %+v, want debian", got)
	}
	if got := envinfo.ReadDistribution(files(nil)); got != nil {
		t.Errorf("distribution without a file = %+v, want none", got)
	}
}

func TestVirtualizationIsTheInnermostLayer(t *testing.T) {
	const dmi = "sys/class/dmi/id/"
	for name, c := range map[string]struct {
		files map[string]string
		env   map[string]string
		want  string
	}{
		"nothing known":       {nil, nil, ""},
		"a pod":               {map[string]string{".dockerenv": "", dmi + "product_name": "KVM"}, map[string]string{"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "kubernetes"},
		"a pod by its groups": {map[string]string{"proc/self/cgroup": "0::/kubepods/besteffort/pod1\n"}, nil, "kubernetes"},
		"docker":              {map[string]string{".dockerenv": "", dmi + "sys_vendor": "QEMU"}, nil, "docker"},
		"docker by groups":    {map[string]string{"proc/self/cgroup": "12:memory:/docker/0a1b\n"}, nil, "docker"},
		"podman":              {map[string]string{"run/.containerenv": ""}, nil, "podman"},
		"nspawn":              {map[string]string{"run/systemd/container": "systemd-nspawn\n"}, nil, "systemd-nspawn"},
		"lxc by variable":     {nil, map[string]string{"container": "lxc"}, "lxc"},
		"any other variable":  {nil, map[string]string{"container": "my secret"}, ""},
		"wsl":                 {map[string]string{"proc/sys/kernel/osrelease": "5.15.90.1-microsoft-standard-WSL2\n"}, nil, "wsl"},
		"openvz":              {map[string]string{"proc/vz/version": ""}, nil, "openvz"},
		"kvm":                 {map[string]string{dmi + "product_name": "KVM Virtual Machine\n"}, nil, "kvm"},
		"qemu":                {map[string]string{dmi + "product_name": "Standard PC", dmi + "sys_vendor": "QEMU\n"}, nil, "qemu"},
		"amazon":              {map[string]string{dmi + "product_name": "t3.large", dmi + "sys_vendor": "Amazon EC2\n"}, nil, "amazon"},
		"vmware":              {map[string]string{dmi + "sys_vendor": "VMware, Inc.\n"}, nil, "vmware"},
		"virtualbox":          {map[string]string{dmi + "sys_vendor": "innotek GmbH\n"}, nil, "oracle"},
		"hyper-v":             {map[string]string{dmi + "product_name": "Virtual Machine\n"}, nil, "microsoft"},
		"xen":                 {map[string]string{"sys/hypervisor/type": "xen\n"}, nil, "xen"},
		"arm kvm":             {map[string]string{"proc/device-tree/hypervisor/compatible": "linux,kvm\x00"}, nil, "kvm"},
		"unnamed hypervisor":  {map[string]string{"proc/cpuinfo": "processor\t: 0\nflags\t\t: fpu hypervisor lahf_lm\n"}, nil, "vm-other"},
		"bare metal, kvm module loaded": {map[string]string{
			"proc/cpuinfo": "flags\t\t: fpu vmx\n", "proc/modules": "kvm_intel 1 0\n", dmi + "sys_vendor": "Dell Inc.\n",
		}, nil, ""},
	} {
		if got := envinfo.Virtualization(files(c.files), func(key string) string { return c.env[key] }); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestMemoryLimitIsTheSmallestOnTheWayUp(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  uint64
	}{
		"no groups": {nil, 0},
		"own group": {map[string]string{"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/memory.max": "1000\n", "sys/fs/cgroup/a/memory.max": "max\n"}, 1000},
		"parent":    {map[string]string{"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/memory.max": "1000\n", "sys/fs/cgroup/a/memory.max": "500\n"}, 500},
		"container": {map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "700\n"}, 700},
		"outside":   {map[string]string{"proc/self/cgroup": "0::/../../x\n", "sys/fs/cgroup/memory.max": "700\n"}, 700},
		"version 1": {map[string]string{"proc/self/cgroup": "5:memory:/d\n0::/d\n", "sys/fs/cgroup/memory/d/memory.limit_in_bytes": "600\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, 600},
		"unlimited": {map[string]string{"proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/memory.max": "max\n"}, 0},
		"a colon":   {map[string]string{"proc/self/cgroup": "0::/a:b\n", "sys/fs/cgroup/a:b/memory.max": "400\n"}, 400},
		"nonsense":  {map[string]string{"proc/self/cgroup": "0:\nx\n0::/a\n", "sys/fs/cgroup/a/memory.max": "-1\n"}, 0},
	} {
		if got := envinfo.MemoryLimit(files(c.files)); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
