#!/usr/bin/env bash
# scenarios.sh: attacks the workloads of the kind cluster and looks for each detection, with pod and container, in the portal.
# The attacks change files of throw-away containers and talk to the loopback of their pod; nothing leaves the cluster.
#
# Exit status 0: all were seen. 1: some were not. 2: something is missing.
set -euo pipefail
. "$(dirname "$0")/common.sh"

need_kind
need curl "apt-get install curl"
need jq "apt-get install jq"
cluster_exists || missing "no cluster $cluster: make kind-up"
[ -r "$state/ca.pem" ] || missing "no $state/ca.pem: make kind-up"

portal=https://127.0.0.1:8443
# ask PATH [NAME=VALUE]...: the portal's answer; the server's certificate is for 127.0.0.1 too.
ask() {
    local path=$1 arguments=()
    shift
    for pair in "$@"; do arguments+=(--data-urlencode "$pair"); done
    curl --silent --show-error --fail --max-time 10 --cacert "$state/ca.pem" --get "$portal$path" "${arguments[@]}"
}
ask /healthz >/dev/null || failed "the portal does not answer at $portal"

# Nanoseconds do not matter, but an event of the run before must not count.
since=$(date -u +%Y-%m-%dT%H:%M:%SZ)
sleep 1

pod_of() { kube -n "$1" get pods -l "app=$2" --field-selector status.phase=Running -o jsonpath='{.items[0].metadata.name}'; }

passed=0
wrong=0
# attack NAME RULE NAMESPACE APP COMMAND
attack() {
    local name=$1 rule=$2 namespace=$3 app=$4 command=$5 pod deadline=$((SECONDS + 30)) found
    pod=$(pod_of "$namespace" "$app")
    [ -n "$pod" ] || failed "no running pod of $app in $namespace"
    kube -n "$namespace" exec "$pod" -- /bin/sh -c "$command" >/dev/null 2>&1 || true
    while :; do
        found=$(ask /api/v1/cloud-events "rule=$rule" "since=$since" first=100 |
            jq -r --arg pod "$pod" '[.nodes[] | select([.. | objects | .pod? | objects | .name?] | index($pod))] | first | .id // empty')
        if [ -n "$found" ]; then
            echo "passed  $name: '$rule' in $namespace/$pod ($found)"
            passed=$((passed + 1))
            return
        fi
        if ((SECONDS >= deadline)); then
            echo "FAILED  $name: no '$rule' of $namespace/$pod within 30 s"
            wrong=$((wrong + 1))
            return
        fi
        sleep 1
    done
}

attack passwd-overwritten "Password file overwritten" shop web 'echo mallory:x:0:0::/:/bin/sh >> /etc/passwd'
attack shadow-read "Sensitive file read" shop web 'cat /etc/shadow'
attack reverse-shell "Reverse shell" payments ledger '(nc -l -p 4444 >/dev/null </dev/null & sleep 1; timeout 3 nc 127.0.0.1 4444 -e /bin/sh)'
attack site-rule "Shell started in the payments namespace" payments ledger 'true'

say "$passed passed, $wrong failed"
((wrong == 0))
