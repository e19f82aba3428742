#!/bin/sh
# Runs systemd as process 1 of namespaces of its own. Its file system is this
# machine's, with the files of $1/seed laid over it, and what it writes is in memory.
#   boot-systemd.sh DIR CGROUP   (as root; CGROUP is a folder of a cgroup2 file system)
set -eu
if [ "${3:-}" != inside ]; then
	mkdir -p "$2"
	echo $$ >"$2/cgroup.procs"
	exec unshare --pid --mount --uts --ipc --net --cgroup --fork --kill-child --mount-proc "$0" "$1" "$2" inside
fi
dir=$1
mkdir "$dir/ram"
mount -t tmpfs tmpfs "$dir/ram"
root=$dir/ram/root
mkdir "$dir/ram/upper" "$dir/ram/work" "$root"
cp -a "$dir/seed/." "$dir/ram/upper/"
mount -t overlay overlay -o "lowerdir=/,upperdir=$dir/ram/upper,workdir=$dir/ram/work" "$root"
mount -t proc proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,ro,bind "$root/proc/sys"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
for memory in dev run tmp; do
	mount -t tmpfs tmpfs "$root/$memory"
done
for device in null zero full random urandom tty; do
	touch "$root/dev/$device"
	mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/run/lock" "$root/dev/pts" "$root/dev/shm" "$root/dev/mqueue" "$root/dev/hugepages"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
exec env -i container=test PATH=/usr/bin:/bin:/usr/sbin:/sbin SYSTEMD_UNIT_PATH=/etc/test-units SYSTEMD_GENERATOR_PATH=/nonexistent \
	chroot "$root" /lib/systemd/systemd --system --unit=default.target --log-target=console --log-level=info --show-status=no
