#!/usr/bin/env bash
# Installs what build, demo and tests need from Debian. Does nothing, quickly, when everything is there.
set -euo pipefail

packages=(
    ca-certificates curl git jq make                            # tools of the scripts
    libbpf-dev libelf-dev zlib1g-dev libsqlite3-dev             # the sensor
    libpcap-dev libssl-dev libnghttp2-dev                       # independent judges in the tests
    runc containerd busybox-static netcat-openbsd python3 python3-venv  # scenarios
    chromium                                                    # the portal's page, looked at by a test
    tinyproxy-bin stunnel4                                      # proxies, for the contract tests
    libdevmapper1.02.1 libsystemd0                              # what a Docker engine is linked with (Scripts/runtimes.sh)
)

# The tests speak any kubectl from 1.20 on; where there is none, Debian's will do.
command -v kubectl >/dev/null || packages+=(kubernetes-client)

# a kernel beside this one, in an emulated machine (Scripts/test-kernels.sh), where kernel tests must not be skipped
if [ -n "${REQUIRE_KERNEL:-}" ]; then packages+=(qemu-system-x86 cpio); fi

# targets that need more name it
packages+=("$@")

missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
if ((${#missing[@]})); then
    sudo=
    if (($(id -u))); then sudo=sudo; fi
    echo "setup: installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt=($sudo apt-get -o DPkg::Lock::Timeout=600 -qq)
    "${apt[@]}" update
    "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null
fi

# Clients that this project did not write, for the contract tests, in an environment of their own.
venv=.build/python
if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c 'import grpc, kubernetes' 2>/dev/null; then
    echo "setup: Python clients for the contract tests"
    python3 -m venv "$venv"
    "$venv/bin/pip" --quiet --disable-pip-version-check install 'grpcio>=1.60,<2' 'grpcio-tools>=1.60,<2' 'kubernetes>=29' 'PyYAML>=6'
fi

if ! command -v swift >/dev/null; then
    echo "setup: no swift command: install the Swift 6.2 toolchain or newer from https://www.swift.org/install/linux/" >&2
    exit 2
fi
