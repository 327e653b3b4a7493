#!/usr/bin/env bash
# up.sh: a kind cluster with portal, sensor and workloads. Run again, it brings an existing cluster up to date: images, manifests, rules.
#
# Exit status 0: the sensor is ready and the portal has it. 1: something did not come up; the last lines say what to look at.
# 2: something is missing on this machine; nothing was changed.
set -euo pipefail
. "$(dirname "$0")/common.sh"

need_kind
need openssl "apt-get install openssl"
images=${IMAGES:-$root/.build/images}
for image in wiz-sensor fake-wiz-backend wiz-workload; do
    [ -r "$images/$image.tar" ] || missing "no $images/$image.tar: make image"
done
shopt -s nullglob
rules=("$root"/rules/*.yaml)
((${#rules[@]})) || missing "no rules/*.yaml to publish"
rules_digest=$(cat "${rules[@]}" | sha256sum | cut -c1-32)

if cluster_exists; then
    say "cluster $cluster is there"
else
    say "creating the cluster $cluster"
    # The first time the node's image is pulled; without network it must have been loaded before.
    kind create cluster --config "$here/cluster.yaml" --wait 180s ||
        failed "the cluster could not be created; without network, load the image 'kindest/node' of your kind release first ($engine load -i FILE)"
fi
for image in wiz-sensor fake-wiz-backend wiz-workload; do
    say "loading $image"
    kind load image-archive --name "$cluster" "$images/$image.tar"
done

kube apply -f "$here/manifests/namespace.yaml"

# The portal's authority and the sensors' account, made once and kept: a new one would be a new portal to every sensor.
secret_exists() { kube -n wiz get secret "$1" >/dev/null 2>&1; }
mkdir -p "$state"
chmod 0700 "$state"
if ! secret_exists fake-wiz-backend-ca; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -keyout "$work/ca-key.pem" -out "$work/ca.pem" \
        -subj "/O=fake-wiz-backend/CN=fake-wiz-backend CA" -addext "keyUsage=critical,keyCertSign,cRLSign" 2>/dev/null
    kube -n wiz create secret generic fake-wiz-backend-ca --from-file="$work/ca.pem" --from-file="$work/ca-key.pem"
fi
kube -n wiz get secret fake-wiz-backend-ca -o jsonpath='{.data.ca\.pem}' | base64 -d >"$state/ca.pem"
if ! secret_exists wiz-sensor-apikey; then
    # From files that only this user reads: arguments are seen by everybody.
    work=${work:-$(mktemp -d)}
    trap 'rm -rf "$work"' EXIT
    printf %s "$(openssl rand -hex 10)" >"$work/clientId"
    printf %s "$(openssl rand -hex 24)" >"$work/clientToken"
    kube -n wiz create secret generic wiz-sensor-apikey --from-file="$work/clientId" --from-file="$work/clientToken"
fi

arguments=()
for file in "${rules[@]}"; do arguments+=("--from-file=$file"); done
kube -n wiz create configmap wiz-sensor-rules "${arguments[@]}" --dry-run=client -o yaml | kube apply --server-side --force-conflicts -f -

say "applying the manifests"
kube apply -k "$here/overlay"
# A pod that runs sees a changed ConfigMap only after a while: new rules are a new pod. Images keep their tag, so they are too.
image_digest() { sha256sum "$images/$1.tar" | cut -c1-32; }
restart_on_change() {
    kube -n wiz patch "$1" --type merge --patch "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"wiz-sensor/content\":\"$2\"}}}}}" >/dev/null
}
restart_on_change deployment/fake-wiz-backend "$(image_digest fake-wiz-backend)-$rules_digest"
restart_on_change daemonset/wiz-sensor "$(image_digest wiz-sensor)-$(sha256sum <"$here/manifests/sensor.yaml" | cut -c1-32)"

look_at() { failed "$1 did not come up: kubectl --context $context -n wiz get pods; kubectl --context $context -n wiz logs $1"; }
kube -n wiz rollout status deployment/fake-wiz-backend --timeout=180s || look_at deployment/fake-wiz-backend
published=$(kube -n wiz get deployment fake-wiz-backend -o jsonpath='{.metadata.annotations.wiz-sensor/published}')
if [ "$published" != "$rules_digest" ]; then
    paths=()
    for file in "${rules[@]}"; do paths+=("/rules/$(basename "$file")"); done
    # A version is published once; the time (days, then seconds of the day) makes each newer than the last.
    now=$(date +%s)
    kube -n wiz exec deployment/fake-wiz-backend -- /usr/src/app/fake-wiz-backend definitions publish --data /data \
        --version "1.$((now / 86400)).$((now % 86400))" --rules "${paths[@]}" || failed "the rules could not be published"
    kube -n wiz annotate --overwrite deployment fake-wiz-backend "wiz-sensor/published=$rules_digest" >/dev/null
fi

kube -n wiz rollout status daemonset/wiz-sensor --timeout=180s || look_at daemonset/wiz-sensor
kube -n wiz exec daemonset/wiz-sensor -- /usr/src/app/wiz-sensor wait-for-ready --timeout 120 || look_at daemonset/wiz-sensor
for workload in shop/deployment/web payments/statefulset/ledger; do
    kube -n "${workload%%/*}" rollout status "${workload#*/}" --timeout=120s || failed "$workload did not come up"
done
say "ready. The portal's page: https://127.0.0.1:8443/ (authority: $state/ca.pem)"
