#!/usr/bin/env bash
# Container runtimes for the tests, unpacked into .build/runtimes and installed nowhere, so that no service of theirs is started: Docker's engine,
# and a containerd that tells of its containers (1.7), from the next Debian where this one has an older one.
set -euo pipefail
cd "$(dirname "$0")/.."

target=$PWD/.build/runtimes
next=trixie
scratch=

unpack() { # unpack PACKAGE PROGRAMS [apt options]: the programs of a package, beside each other
    local package=$1 programs=$2
    shift 2
    echo "runtimes: $package"
    (cd "$scratch" && apt-get -qq -o Acquire::Retries=3 -o APT::Sandbox::User=root "$@" download "$package") ||
        { echo "runtimes: the Debian package $package cannot be fetched" >&2; exit 2; }
    dpkg-deb --fsys-tarfile "$scratch/$package"_*.deb | (cd "$scratch" && tar -x --wildcards $(printf './usr/*bin/%s ' $programs))
    for program in $programs; do mv "$scratch"/usr/*bin/"$program" "$target/"; done
}

begin() {
    [ -n "$scratch" ] && return
    scratch=$(mktemp -d)
    trap 'rm -r "$scratch"' EXIT
    mkdir -p "$target"
}

if [ ! -x "$target/dockerd" ]; then
    begin
    unpack docker.io dockerd
fi

version=$(containerd --version 2>/dev/null | grep -oE ' v?[0-9]+\.[0-9]+' | head -1 | tr -d ' v')
if dpkg --compare-versions "${version:-0}" lt 1.7 && [ ! -x "$target/containerd" ]; then
    begin
    # lists of their own: what this machine installs stays what it was
    mkdir -p "$scratch"/{lists/partial,cache/archives/partial}
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $next main" >"$scratch/sources"
    apt=(-o "Dir::State::Lists=$scratch/lists" -o "Dir::Cache=$scratch/cache" -o "Dir::Etc::SourceList=$scratch/sources" -o Dir::Etc::SourceParts=/dev/null)
    apt-get -qq -o Acquire::Retries=3 -o APT::Sandbox::User=root "${apt[@]}" update
    unpack containerd "containerd containerd-shim-runc-v2" "${apt[@]}"
fi
