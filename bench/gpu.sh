#!/usr/bin/env bash
# Packs `voxstyle bench speed` for a Linux x64 machine that has an NVIDIA driver and nothing else: no Node, no network.
set -euo pipefail

usage='usage: bench/gpu.sh [FOLDER [PEERS]]
  FOLDER  made anew: bench.tar.xz and run.sh (default: out/gpu)
  PEERS   folder of simd_limit.cpp and torch_autograd.py, to be run beside

On the machine with the GPU: bash FOLDER/run.sh [options of voxstyle bench speed]'

# What a bare machine may lack of what Node and Dawn load; run.sh takes each only where there is none.
libraries=(libvulkan.so.1 libstdc++.so.6 libgcc_s.so.1)
# Bytes that a folder for a borrowed machine may have.
most=$((64 << 20))

fail() {
  echo "bench/gpu.sh: $1" >&2
  exit "${2:-1}"
}

case ${1:-} in
  -h | --help) echo "$usage"; exit 0 ;;
  -*) fail "$1: no such option; see bench/gpu.sh --help" 2 ;;
esac
[ $# -le 2 ] || fail 'expected a FOLDER and PEERS at most; see bench/gpu.sh --help' 2

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=${1:-$root/out/gpu}
peers=${2:-}
[ -z "$peers" ] || [ -f "$peers/torch_autograd.py" ] || fail "$peers: expected a folder with torch_autograd.py" 66
if [ -e "$folder" ] && [ ! -f "$folder/bench.tar.xz" ] && [ -n "$(ls -A "$folder" 2>&1)" ]; then
  fail "$folder: expected a new folder, an empty one, or one that bench/gpu.sh made" 73
fi
[ "$(uname -s) $(uname -m)" = 'Linux x86_64' ] || fail "expected Linux x86_64, found $(uname -sm)"
for tool in node tar xz; do
  command -v "$tool" >/dev/null || fail "$tool: not on the PATH"
done
[ -d "$root/node_modules/typescript" ] || fail 'node_modules: run npm ci first'

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
if [ -n "$peers" ]; then peers=$(cd "$peers" && pwd); fi
stage=$(mktemp -d "$folder/stage.XXXXXX")
trap 'rm -rf "$stage" "$stage.tar.xz"' EXIT
cd "$root"

# Compiled for this folder, so that nothing stale travels along.
node node_modules/typescript/bin/tsc -p tsconfig.build.json --outDir "$stage/dist" --sourceMap false --declaration false ||
  fail 'the sources do not compile'
cp -r wgsl "$stage/dist/"
cp package.json "$stage/"

# The packages of production but for the optional ones, which are the bundled software driver; of Dawn the one build.
node -e '
  for (const [path, { dev, optional, devOptional }] of Object.entries(require("./package-lock.json").packages))
    if (path.lastIndexOf("node_modules/") === 0 && !dev && !optional && !devOptional) console.log(path);
' | tar -c --exclude='*.map' --exclude='*.d.ts' --exclude='*.d.[cm]ts' --exclude='*.md' --exclude='*.flow' \
  --exclude=test --exclude=tests --exclude='__*snapshots__' --exclude='zod/src' --exclude='@jimp/*/src/*' \
  --exclude='node_modules/webgpu/dist/[!l]*' --exclude='node_modules/webgpu/dist/linux-arm64' -T - | tar -x -C "$stage" ||
  fail 'node_modules is not as package-lock.json has it: run npm ci'

mkdir "$stage/bin" "$stage/lib"
cp "$(node -p process.execPath)" "$stage/bin/node"
known=$(PATH="$PATH:/usr/sbin:/sbin" ldconfig -p)
for name in "${libraries[@]}"; do
  path=$(awk -v name="$name" '$1 == name && /x86-64/ { print $NF; exit }' <<<"$known")
  if [ -n "$path" ]; then
    cp -L "$path" "$stage/lib/$name"
  else
    echo "bench/gpu.sh: no $name here to take along: the other machine must have one" >&2
  fi
done
if [ -n "$peers" ]; then
  mkdir "$stage/peers"
  cp "$peers"/*.py "$peers"/*.cpp "$stage/peers/"
fi

tar -c -C "$stage" --owner=0 --group=0 . | xz -T0 -3 >"$stage.tar.xz"
size=$(stat -c %s "$stage.tar.xz")
[ "$size" -le "$most" ] || fail "the archive has $size bytes, more than the $most that it may"
mv "$stage.tar.xz" "$folder/bench.tar.xz"
cp bench/gpu-run.sh "$folder/run.sh"
echo "bench/gpu.sh: $folder: $((size >> 20)) MiB; on the machine with the GPU: bash run.sh" >&2
