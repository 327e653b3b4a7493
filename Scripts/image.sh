#!/usr/bin/env bash
# image.sh BIN_DIR [sensor|backend|workload]...: builds the container images from the programs in BIN_DIR (default .build/release).
#
#   sensor    wiz-sensor:dev        the program, the libraries that ldd names, certificates; no shell, uid 2202
#   backend   fake-wiz-backend:dev  the same for the reference portal
#   workload  wiz-workload:dev      a static busybox, for the sample workloads that are attacked
#
# The engine is docker, podman or buildah, whichever is there and works (ENGINE=NAME chooses). Each image is also written as an archive
# to IMAGES (default .build/images), which `kind load image-archive`, `docker load` and `podman load` take. TAG names the version (dev).
# Exit status 2: something that is needed is missing, and which package has it.
set -euo pipefail
cd "$(dirname "$0")/.."

bin=${1:-.build/release}
shift || true
wanted=("$@")
((${#wanted[@]})) || wanted=(sensor backend workload)
tag=${TAG:-dev}
images=${IMAGES:-.build/images}

missing() {
    echo "image: $1" >&2
    exit 2
}

for tool in python3 ldd strip; do
    command -v "$tool" >/dev/null || missing "no $tool: apt-get install python3 libc-bin binutils"
done

engine_works() {
    case $1 in
        docker) docker info >/dev/null 2>&1 ;;
        podman | buildah) "$1" info >/dev/null 2>&1 ;;
    esac
}
if [ -n "${ENGINE:-}" ]; then
    command -v "$ENGINE" >/dev/null || missing "no $ENGINE (ENGINE asks for it)"
    engine_works "$ENGINE" || missing "$ENGINE does not work: '$ENGINE info' tells why"
    engine=$ENGINE
else
    engine=
    for candidate in docker podman buildah; do
        if command -v "$candidate" >/dev/null && engine_works "$candidate"; then engine=$candidate && break; fi
    done
    [ -n "$engine" ] || missing "no container engine works: start docker, or apt-get install podman or buildah"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$images"

# stage_program ROOT PROGRAM PLACE: the stripped program at PLACE and every library it is linked with, in the loader's own folders:
# a program with file capabilities runs in secure mode, in which the loader ignores LD_LIBRARY_PATH and $ORIGIN.
stage_program() {
    local root=$1 program=$2 place=$3 line library
    [ -x "$program" ] || missing "$program is not there: make build"
    mkdir -p "$root$(dirname "$place")" "$root/usr/lib"
    strip -o "$root$place" "$program"
    chmod 0755 "$root$place"
    while read -r line; do
        case $line in
            *"not found"*) missing "$program: ${line%% *} is not found on this machine" ;;
            *"=> /"*)
                library=${line#*=> }
                library=${library% (*}
                install -D -m 0755 "$library" "$root/usr/lib/$multiarch/${line%% *}"
                ;;
            /*)
                # the loader keeps its path: the program names it
                library=${line% (*}
                install -D -m 0755 "$library" "$root$library"
                ;;
        esac
    done < <(ldd "$program")
}

# stage_base ROOT: what a program without a distribution around it still looks for.
stage_base() {
    local root=$1
    mkdir -p "$root"/{etc/ssl/certs,proc,sys,dev,run,tmp}
    chmod 1777 "$root/tmp"
    printf 'root:x:0:0::/:/sbin/nologin\nwiz:x:2202:2202::/:/sbin/nologin\n' >"$root/etc/passwd"
    printf 'root:x:0:\nwiz:x:2202:\n' >"$root/etc/group"
    printf 'passwd: files\ngroup: files\nhosts: files dns\n' >"$root/etc/nsswitch.conf"
    if [ -r /etc/ssl/certs/ca-certificates.crt ]; then
        install -m 0644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
    else
        missing "no /etc/ssl/certs/ca-certificates.crt: apt-get install ca-certificates"
    fi
}

case $(uname -m) in
    x86_64) multiarch=x86_64-linux-gnu ;;
    aarch64) multiarch=aarch64-linux-gnu ;;
    *) missing "no image for $(uname -m)" ;;
esac

# build NAME DOCKERFILE CONTEXT: image NAME:TAG, and its archive.
build() {
    local name=$1 dockerfile=$2 context=$3 archive=$images/$1.tar
    rm -f "$archive"
    case $engine in
        docker)
            docker build --quiet --tag "$name:$tag" --file "$dockerfile" "$context" >/dev/null
            docker save --output "$archive" "$name:$tag"
            ;;
        podman)
            podman build --quiet --format docker --tag "docker.io/library/$name:$tag" --file "$dockerfile" "$context" >/dev/null
            podman save --quiet --format docker-archive --output "$archive" "docker.io/library/$name:$tag"
            ;;
        buildah)
            # nothing is run during the build, so no isolation is needed beyond chroot
            buildah bud --quiet --isolation chroot --format docker --tag "docker.io/library/$name:$tag" --file "$dockerfile" "$context" >/dev/null
            buildah push --quiet "docker.io/library/$name:$tag" "docker-archive:$archive:docker.io/library/$name:$tag" >/dev/null
            ;;
    esac
    echo "image: $name:$tag by $engine, $(($(stat -c %s "$archive") / 1048576)) MiB, $archive"
}

for image in "${wanted[@]}"; do
    context=$work/$image
    root=$context/root
    mkdir -p "$root"
    case $image in
        sensor)
            stage_base "$root"
            stage_program "$root" "$bin/wiz-sensor" /usr/src/app/wiz-sensor
            capabilities=$(grep -vE '^(#|$)' Scripts/image/sensor.capabilities | cut -d' ' -f1 | paste -sd,)
            python3 Scripts/image/pack.py "$root" "$context/root.tar" --capabilities "/usr/src/app/wiz-sensor=$capabilities"
            name=wiz-sensor
            ;;
        backend)
            stage_base "$root"
            stage_program "$root" "$bin/fake-wiz-backend" /usr/src/app/fake-wiz-backend
            python3 Scripts/image/pack.py "$root" "$context/root.tar"
            name=fake-wiz-backend
            ;;
        workload)
            stage_base "$root"
            busybox=$(command -v busybox) || missing "no busybox: apt-get install busybox-static"
            ! ldd "$busybox" >/dev/null 2>&1 || missing "$busybox is not static: apt-get install busybox-static"
            install -D -m 0755 "$busybox" "$root/bin/busybox"
            printf 'root:x:0:0:root:/root:/bin/sh\nweb:x:1000:1000::/:/bin/sh\n' >"$root/etc/passwd"
            # Passwords that open nothing: no login runs here.
            printf 'root:!:19700:0:99999:7:::\nweb:!:19700:0:99999:7:::\n' >"$root/etc/shadow"
            chmod 0640 "$root/etc/shadow"
            for applet in $("$busybox" --list); do [ -e "$root/bin/$applet" ] || ln -s busybox "$root/bin/$applet"; done
            python3 Scripts/image/pack.py "$root" "$context/root.tar"
            name=wiz-workload
            ;;
        *) missing "'$image' is neither sensor, backend nor workload" ;;
    esac
    rm -rf "$root"
    build "$name" "Scripts/image/$image.Dockerfile" "$context"
done
