#!/bin/sh
# Makes Sources/Contract/Generated from Sources/Contract/Protos. The result is checked in, so only a change of a .proto needs this.
#
#   Scripts/generate-protos.sh           rewrites the generated files
#   Scripts/generate-protos.sh --check   changes nothing; exit status 1 when the checked-in files are stale
#
# Needs protoc (Debian: protobuf-compiler). The Swift generators are built from the package's own pinned dependencies,
# because grpc-swift-protobuf's build plugin would compile protoc itself from source.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
protos=Sources/Contract/Protos
target=Sources/Contract/Generated
options=Visibility=Package,UseAccessLevelOnImports=true

command -v protoc >/dev/null || { echo "generate-protos: protoc is not installed (Debian package protobuf-compiler)" >&2; exit 2; }

configuration=${CONFIG:-debug}
for generator in protoc-gen-swift protoc-gen-grpc-swift-2; do
    swift build -c "$configuration" --product "$generator" >&2
done
bin=$(swift build -c "$configuration" --show-bin-path)

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
protoc -I "$protos" \
    --plugin=protoc-gen-swift="$bin/protoc-gen-swift" \
    --plugin=protoc-gen-grpc-swift="$bin/protoc-gen-grpc-swift-2" \
    --swift_out="$fresh" --swift_opt="$options" \
    --grpc-swift_out="$fresh" --grpc-swift_opt="$options,Client=true,Server=true" \
    "$protos"/*.proto
for proto in "$protos"/*.proto; do
    name=$(basename "$proto")
    (cd "$protos" && sha256sum "$name") >"$fresh/$name.sha256"
done

if [ "${1:-}" = "--check" ]; then
    diff -r -q "$fresh" "$target" || { echo "generate-protos: $target is stale; run Scripts/generate-protos.sh" >&2; exit 1; }
else
    rm -f "$target"/*.swift
    cp "$fresh"/* "$target"/
fi
