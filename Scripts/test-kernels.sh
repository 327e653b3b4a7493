#!/usr/bin/env bash
# test-kernels.sh TEST_PROGRAM: runs the kernel tests on a kernel beside this one, with each hook set.
#
# Boots Debian's 6.1 cloud kernel in an emulated machine (no KVM needed) whose initial file system holds the test program, the tools that the
# tests trigger events with, and their libraries. That kernel has no lockdown and BPF among its security modules, so the lsm set loads, and it has no
# bpf_rdonly_cast, so the compatible builds of all probes are what is tested. KERNEL_TESTS names other tests, KERNEL_CACHE another place for the kernel.
set -euo pipefail

program=${1:?usage: test-kernels.sh TEST_PROGRAM}
tests=${KERNEL_TESTS:-KernelTests}
cache=${KERNEL_CACHE:-.build/kernels}
for tool in qemu-system-x86_64 cpio ldd dpkg-deb busybox runc; do
    command -v "$tool" >/dev/null || { echo "test-kernels: needs $tool (Debian packages qemu-system-x86 cpio busybox-static)" >&2; exit 2; }
done

# the kernel, once
mkdir -p "$cache"
if ! ls "$cache"/boot/vmlinuz-* >/dev/null 2>&1; then
    package=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends: linux-image-/ { print $2; exit }')
    [ -n "$package" ] || { echo "test-kernels: no linux-image-cloud-amd64 among this system's packages" >&2; exit 2; }
    echo "test-kernels: fetching $package"
    (cd "$cache" && apt-get -qq download "$package" && dpkg-deb -x ./"$package"_*.deb . && rm -f ./"$package"_*.deb)
fi
kernel=$(ls "$cache"/boot/vmlinuz-* | tail -1)
modules=$(ls -d "$cache"/lib/modules/* | tail -1)

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{proc,sys,dev,tmp,run,etc,usr/bin,usr/sbin,usr/lib,usr/lib64,lib/modules}
for folder in bin sbin lib64; do ln -s usr/$folder "$root/$folder"; done
rmdir "$root/lib/modules" "$root/lib" && ln -s usr/lib "$root/lib"
mkdir -p "$root/modules"

# nothing for a static program, or for the loader itself
libraries() { { ldd "$1" 2>/dev/null || true; } | { grep -oE '/[^ ]+' || true; } | sort -u; }

# a file where it lies on this machine, with what it loads
put() {
    local file
    for file in "$@"; do
        mkdir -p "$root$(dirname "$file")"
        [ -e "$root$file" ] || cp -L "$file" "$root$file"
        libraries "$file" | while read -r library; do
            mkdir -p "$root$(dirname "$library")"
            [ -e "$root$library" ] || cp -L "$library" "$root$library"
        done
    done
}
for tool in env sh dash cat true sleep mv ln rm mkdir rmdir chmod chown touch cp unshare mount runc; do put "$(readlink -f "$(type -P "$tool")")"; done
ln -sf dash "$root/usr/bin/sh"
cp "$(command -v busybox)" "$root/usr/bin/busybox"
python=$(readlink -f /usr/bin/python3)
put "$python"
ln -sf "$(basename "$python")" "$root/usr/bin/python3"
library=/usr/lib/$(basename "$python")
mkdir -p "$root$library"
tar -C "$library" --exclude=test --exclude=idlelib --exclude=tkinter --exclude=ensurepip --exclude=lib2to3 --exclude='config-*' --exclude=pydoc_data -cf - . | tar -C "$root$library" -xf -
put "$library"/lib-dynload/_ctypes.*.so
cp -L "$program" "$root/tests"
strip --strip-debug "$root/tests" 2>/dev/null || true
libraries "$program" | while read -r file; do put "$file"; done
for module in overlay dummy; do find "$modules" -name "$module.ko" -exec cp {} "$root/modules/" \;; done
printf 'root:x:0:0:root:/:/bin/sh\n' >"$root/etc/passwd"

cat >"$root/init" <<'INIT'
#!/bin/sh
export PATH=/usr/bin:/usr/sbin HOME=/ TMPDIR=/tmp REQUIRE_KERNEL=1
# containers cannot pivot away from the initial file system: go on in another one
if [ ! -e /moved ]; then
    busybox mkdir /next
    mount -t tmpfs -o size=1500m next /next
    for folder in /*; do [ "$folder" = /next ] || /usr/bin/busybox cp -a "$folder" /next/; done
    : >/next/moved
    exec /next/usr/bin/busybox switch_root /next /init
fi
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev; mount -t tmpfs tmp /tmp
mkdir -p /dev/shm; mount -t tmpfs shm /dev/shm
mount -t tracefs tracefs /sys/kernel/tracing; mount -t securityfs securityfs /sys/kernel/security; mount -t cgroup2 cgroup2 /sys/fs/cgroup; mount -t bpf bpf /sys/fs/bpf
busybox ip link set lo up
echo 1 >/proc/sys/kernel/printk
busybox insmod /modules/overlay.ko
status=0
for set in lsm fentry tracepoint; do
    echo "test-kernels: $(busybox uname -r), hook set $set"
    KERNEL_HOOK_SET=$set KERNEL_MODULE=/modules/dummy.ko /tests --testing-library swift-testing --filter "$(cat /filter)" || status=1
    busybox rmmod dummy
done
echo "test-kernels: status $status"
busybox poweroff -f
INIT
chmod +x "$root/init"
printf '%s' "$tests" >"$root/filter"
image=$root.cpio
trap 'rm -rf "$root" "$image" "$root.log"' EXIT
(cd "$root" && find . -print0 | cpio --quiet --null -o -H newc) >"$image"
echo "test-kernels: $(basename "$kernel"), $(du -h "$image" | cut -f1) of files"

# the loader's messages and the tests' lines come over the serial line
timeout "${KERNEL_TIMEOUT:-3000}" qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m 3072 -nographic -no-reboot -nodefaults -serial stdio \
    -kernel "$kernel" -initrd "$image" -append "console=ttyS0 quiet panic=-1 lsm=lockdown,capability,bpf random.trust_cpu=on" </dev/null | tee "$root.log" |
    grep -aE --line-buffered 'test-kernels:|✘|✔ Test run|✔.*Test run|Kernel panic' || true
grep -aq 'test-kernels: status 0' "$root.log"
