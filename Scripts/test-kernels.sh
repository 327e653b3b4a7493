#!/usr/bin/env bash
# test-kernels.sh [--ci] TEST_PROGRAM: runs the kernel tests on a kernel beside this one, with each hook set.
#
# Boots Debian's 6.1 cloud kernel in an emulated machine (no KVM needed) whose initial file system holds the test program, the tools that the
# tests trigger events with, and their libraries. That kernel has no lockdown and BPF among its security modules, so the lsm set loads, and it has no
# bpf_rdonly_cast, so the compatible builds of all probes are what is tested. Loads are smaller there (KERNEL_SIZES=emulated; lines `load: ...` say what was
# made). KERNEL_TESTS names other tests, KERNEL_SETS other
# sets, KERNEL_TIMEOUT other seconds, KERNEL_CACHE another place for the kernel.
#
# --ci: what the sets differ in, in seven minutes at the most. A machine that is too slow for all of it says what was left out and why.
#
# Exit status: 0 all that ran passed, and (with --ci) at least one set was through; 1 something failed; 2 it could not be tried; 3 the time was over.
set -euo pipefail

ci=
if [ "${1:-}" = --ci ]; then ci=1 && shift; fi
program=${1:?usage: test-kernels.sh [--ci] TEST_PROGRAM}
if [ -n "$ci" ]; then
    # all that the sets do in their own way, and one of each way round them
    tests='ResolvedNames|aReadIsReportedByTheNames|changesOfNames|aReadOfASensitiveName|aHardLinkMadeBefore|aSensitiveReadAndAWrite|aScriptNames|aModuleIsNamed'
    limit=420
else
    tests=KernelTests
    limit=
fi
tests=${KERNEL_TESTS:-$tests}
sets=${KERNEL_SETS:-lsm fentry tracepoint}
# all of a set took 28 minutes beside others on two cores
limit=${limit:-$((3000 * $(wc -w <<<"$sets")))}
limit=${KERNEL_TIMEOUT:-$limit}
cache=${KERNEL_CACHE:-.build/kernels}
[ "$(uname -m)" = x86_64 ] || { echo "test-kernels: needs an x86_64 machine, this is $(uname -m)" >&2; exit 2; }
for tool in qemu-system-x86_64 cpio ldd dpkg-deb busybox runc; do
    command -v "$tool" >/dev/null || { echo "test-kernels: needs $tool (Debian packages qemu-system-x86 cpio busybox-static)" >&2; exit 2; }
done

# the kernel, once
mkdir -p "$cache"
if ! ls "$cache"/boot/vmlinuz-* >/dev/null 2>&1; then
    package=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends: linux-image-/ { print $2; exit }')
    [ -n "$package" ] || { echo "test-kernels: no linux-image-cloud-amd64 among this system's packages" >&2; exit 2; }
    echo "test-kernels: fetching $package"
    (cd "$cache" && apt-get -qq -o Acquire::Retries=3 download "$package" && dpkg-deb -x ./"$package"_*.deb . && rm -f ./"$package"_*.deb) ||
        { echo "test-kernels: the Debian package $package cannot be fetched" >&2; exit 2; }
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
for tool in env sh dash cat true sleep sha256sum mv ln rm mkdir rmdir chmod chown touch cp unshare mount runc; do put "$(readlink -f "$(type -P "$tool")")"; done
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
export PATH=/usr/bin:/usr/sbin HOME=/ TMPDIR=/tmp REQUIRE_KERNEL=1 KERNEL_SIZES=emulated
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
seconds() { IFS=. read -r whole rest </proc/uptime; echo "$whole"; }
for set in $(cat /sets); do
    begun=$(seconds)
    echo "test-kernels: $(busybox uname -r), hook set $set"
    result=passed
    KERNEL_HOOK_SET=$set KERNEL_MODULE=/modules/dummy.ko /tests --testing-library swift-testing --no-parallel --filter "$(cat /filter)" || result=failed
    echo "test-kernels: hook set $set $result after $(($(seconds) - begun)) s"
    busybox rmmod dummy
done
busybox poweroff -f
INIT
chmod +x "$root/init"
printf '%s' "$tests" >"$root/filter"
printf '%s' "$sets" >"$root/sets"
image=$root.cpio
trap 'rm -rf "$root" "$image" "$root.log"' EXIT
(cd "$root" && find . -print0 | cpio --quiet --null -o -H newc) >"$image"
echo "test-kernels: $(basename "$kernel"), $(du -h "$image" | cut -f1) of files"

# the loader's messages and the tests' lines come over the serial line; on a busy machine the emulated timer may be
# late for the kernel's check of it, which is no reason to panic
begun=$SECONDS
code=0
timeout "$limit" qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m 3072 -nographic -no-reboot -nodefaults -serial stdio \
    -kernel "$kernel" -initrd "$image" -append "console=ttyS0 quiet panic=-1 lsm=lockdown,capability,bpf random.trust_cpu=on no_timer_check" </dev/null | tee "$root.log" |
    grep -aE --line-buffered 'test-kernels:|^load: |✘|✔.*Test run|Kernel panic' || code=${PIPESTATUS[0]}

count() { grep -acE "$1" "$root.log" || true; }
expected=$(wc -w <<<"$sets")
passed=$(count 'test-kernels: hook set [a-z]+ passed')
failed=$(count 'test-kernels: hook set [a-z]+ failed|✘|Kernel panic')
echo "test-kernels: $passed of $expected hook sets passed, $((SECONDS - begun)) s"
if ((failed)); then exit 1; fi
if ((passed == expected)); then exit 0; fi
last=$(tr -d '\r' <"$root.log" | grep -aE 'Test .* (started|passed)' | tail -1 || true)
if ((code != 124)); then
    echo "test-kernels: the machine ended early (status $code); the last that was heard: ${last:-nothing}" >&2
    exit 1
fi
echo "test-kernels: $limit s are over (load $(cut -d' ' -f1 /proc/loadavg) on $(nproc) processors), the rest was not run; the last that was heard: ${last:-nothing}" >&2
if [ -z "$ci" ] || ((passed == 0)); then exit 3; fi
