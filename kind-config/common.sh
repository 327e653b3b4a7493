# Sourced by the scripts beside it: names, and what must be there before anything is changed.
cluster=wiz-sensor
context=kind-$cluster
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
# What up.sh leaves for the other scripts: the authority's certificate.
state=${STATE:-$root/.build/kind}

say() { echo "kind: $*"; }

# Something needed is missing: what, and how to get it. Nothing was changed.
missing() {
    echo "kind: $*" >&2
    exit 2
}

failed() {
    echo "kind: $*" >&2
    exit 1
}

need() { command -v "$1" >/dev/null || missing "no $1 on this machine: $2"; }

need_kind() {
    need kind "https://kind.sigs.k8s.io, one file to download, or 'go install sigs.k8s.io/kind@latest'"
    need kubectl "https://kubernetes.io/docs/tasks/tools/, or Debian's kubernetes-client"
    if [ -z "${KIND_EXPERIMENTAL_PROVIDER:-}" ]; then
        if docker info >/dev/null 2>&1; then
            engine=docker
        elif podman info >/dev/null 2>&1; then
            engine=podman
            export KIND_EXPERIMENTAL_PROVIDER=podman
        else
            missing "no container engine works for kind: start docker ('docker info' must succeed), or install podman"
        fi
    else
        engine=$KIND_EXPERIMENTAL_PROVIDER
        "$engine" info >/dev/null 2>&1 || missing "$engine does not work, and KIND_EXPERIMENTAL_PROVIDER asks for it: '$engine info' tells why"
    fi
}

cluster_exists() { kind get clusters 2>/dev/null | grep -qx "$cluster"; }

kube() { kubectl --context "$context" "$@"; }
