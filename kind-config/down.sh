#!/usr/bin/env bash
# down.sh: deletes the kind cluster and what up.sh left on this machine. Does nothing when there is none.
set -euo pipefail
. "$(dirname "$0")/common.sh"

need_kind
if cluster_exists; then
    kind delete cluster --name "$cluster"
else
    say "there is no cluster $cluster"
fi
rm -rf "$state"
