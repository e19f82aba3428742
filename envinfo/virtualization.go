package envinfo

import (
	"io/fs"
	"os"
	"strings"
)

// virtualization returns the environment of this process, the innermost layer
// that it recognises: a container before the machine that runs it. The names
// are those of systemd-detect-virt, and kubernetes. Empty means unknown or bare
// metal. It does not use gopsutil, which reports kvm for every host with the
// kvm module loaded.
func virtualization(root fs.FS, getenv func(string) string) string {
	for _, detect := range []func(fs.FS, func(string) string) string{
		kubernetes, containerMarker, containerGroup, userland, machine,
	} {
		if name := detect(root, getenv); name != "" {
			return name
		}
	}
	return ""
}

// currentVirtualization returns the environment of this process.
func currentVirtualization(root fs.FS) string { return virtualization(root, os.Getenv) }

func kubernetes(root fs.FS, getenv func(string) string) string {
	if getenv("KUBERNETES_SERVICE_HOST") != "" || exists(root, "var/run/secrets/kubernetes.io") {
		return "kubernetes"
	}
	return ""
}

// containerMarker checks the files and the variable that container engines set.
func containerMarker(root fs.FS, getenv func(string) string) string {
	switch {
	case exists(root, "run/.containerenv"):
		return "podman"
	case exists(root, ".dockerenv"):
		return "docker"
	}
	manager, err := readText(root, "run/systemd/container", 64)
	if err != nil {
		manager = getenv("container")
	}
	// A closed set, because any user can set the variable, and it becomes a label.
	switch manager = strings.TrimSpace(manager); manager {
	case "docker", "podman", "lxc", "lxc-libvirt", "systemd-nspawn", "rkt", "wsl", "proot", "pouch":
		return manager
	case "oci":
		return "container-other"
	}
	return ""
}

// containerGroup looks for an engine in the paths of the control groups.
func containerGroup(root fs.FS, _ func(string) string) string {
	groups, err := readText(root, "proc/self/cgroup", 64<<10)
	if err != nil {
		return ""
	}
	for _, g := range [...]struct{ part, name string }{
		{"/kubepods", "kubernetes"}, {"/libpod-", "podman"}, {"/libpod_", "podman"}, {"/docker/", "docker"},
		{"/docker-", "docker"}, {"/lxc/", "lxc"}, {"/lxc.payload", "lxc"}, {"/machine-rkt", "rkt"}, {"/garden/", "container-other"},
	} {
		if strings.Contains(groups, g.part) {
			return g.name
		}
	}
	return ""
}

// userland recognises systems that are neither a container nor a machine.
func userland(root fs.FS, _ func(string) string) string {
	if version, err := readText(root, "proc/sys/kernel/osrelease", 256); err == nil {
		if v := strings.ToLower(version); strings.Contains(v, "microsoft") || strings.Contains(v, "wsl") {
			return "wsl"
		}
	}
	if exists(root, "proc/vz") && !exists(root, "proc/bc") {
		return "openvz"
	}
	return ""
}

// machine recognises a hypervisor by the strings of the firmware, or else by
// the processor's flag.
func machine(root fs.FS, _ func(string) string) string {
	for _, file := range []string{"product_name", "sys_vendor", "board_vendor", "bios_vendor", "product_version"} {
		text, err := readText(root, "sys/class/dmi/id/"+file, 256)
		if err != nil {
			continue
		}
		if name := hypervisorOf(strings.TrimSpace(text)); name != "" {
			return name
		}
	}
	if text, err := readText(root, "sys/hypervisor/type", 64); err == nil && strings.TrimSpace(text) == "xen" {
		return "xen"
	}
	if text, err := readText(root, "proc/device-tree/hypervisor/compatible", 64); err == nil {
		return deviceTreeHypervisor(text)
	}
	if text, err := readText(root, "proc/cpuinfo", 16<<10); err == nil && hasHypervisorFlag(text) {
		return "vm-other"
	}
	return ""
}

// hypervisorOf returns the hypervisor whose firmware strings begin like dmi.
func hypervisorOf(dmi string) string {
	for _, h := range [...]struct{ prefix, name string }{
		{"KVM", "kvm"}, {"OpenStack", "kvm"}, {"KubeVirt", "kvm"}, {"Amazon EC2", "amazon"}, {"QEMU", "qemu"},
		{"VMware", "vmware"}, {"VMW", "vmware"}, {"innotek GmbH", "oracle"}, {"VirtualBox", "oracle"},
		{"Xen", "xen"}, {"HVM domU", "xen"}, {"Bochs", "bochs"}, {"Parallels", "parallels"}, {"BHYVE", "bhyve"},
		{"Hyper-V", "microsoft"}, {"Virtual Machine", "microsoft"}, {"Apple Virtualization", "apple"},
		{"Google Compute Engine", "google"},
	} {
		if strings.HasPrefix(dmi, h.prefix) {
			return h.name
		}
	}
	return ""
}

func deviceTreeHypervisor(compatible string) string {
	switch name := strings.TrimRight(compatible, "\x00\n"); {
	case strings.HasPrefix(name, "linux,kvm"):
		return "kvm"
	case strings.Contains(name, "xen"):
		return "xen"
	case strings.Contains(name, "vmware"):
		return "vmware"
	}
	return "vm-other"
}

// hasHypervisorFlag looks at the first processor of /proc/cpuinfo.
func hasHypervisorFlag(cpuinfo string) bool {
	for line := range strings.Lines(cpuinfo) {
		if name, flags, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "flags" {
			return strings.Contains(" "+strings.TrimSpace(flags)+" ", " hypervisor ")
		}
	}
	return false
}

func exists(root fs.FS, path string) bool {
	_, err := fs.Stat(root, path)
	return err == nil
}
