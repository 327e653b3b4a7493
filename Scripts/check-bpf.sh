#!/usr/bin/env bash
# Compiles each probe in both variants and loads it with bpftool: the shortest way to a verifier's message.
set -euo pipefail
command -v bpftool >/dev/null || { echo "check-bpf: needs bpftool (Debian package bpftool)" >&2; exit 2; }
out=$(mktemp -d)
trap 'rm -rf "$out"; rm -rf /sys/fs/bpf/wiz-sensor-check' EXIT
mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf
arch=$(uname -m | sed 's/x86_64/x86/; s/aarch64/arm64/')
# check-bpf.sh [NAME...]: only these objects
if (($#)); then sources=("${@/%/.bpf.c}"); sources=("${sources[@]/#/bpf/probes/}"); else sources=(bpf/probes/*.bpf.c); fi
for source in "${sources[@]}"; do
    for variant in "" -DPROBE_COMPAT; do
        "${BPF_CLANG:-clang}" -g -O2 -Wall -Werror -target bpf -mcpu=v3 "-D__TARGET_ARCH_$arch" $variant -I bpf -c "$source" -o "$out/probe.o"
        rm -rf /sys/fs/bpf/wiz-sensor-check
        if bpftool -d prog loadall "$out/probe.o" /sys/fs/bpf/wiz-sensor-check >"$out/log" 2>&1; then
            echo "$source ${variant:-typed}: $(grep -oE 'processed [0-9]+ insns' "$out/log" | sort -u | paste -sd, )"
        else
            echo "$source ${variant:-typed}: refused"
            # the verifier's last words, or the hook that this kernel does not have
            grep -E "failed to find kernel BTF|^libbpf: prog '.*: (failed|BPF program)" "$out/log" | sort -u || true
            { grep -vE '^(libbpf|Error|Warning|If it|$)' "$out/log" || true; } | tail -5
        fi
    done
done
