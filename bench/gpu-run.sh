#!/usr/bin/env bash
# Runs the benchmark that bench/gpu.sh packed beside this file (there it is called run.sh).
set -euo pipefail

usage='usage: bash run.sh [options of voxstyle bench speed, as --runs 3]
Leaves doctor.txt, speed.json and speed.svg in $OUT (default: out beside this file); events go to stdout, one a line.
  OUT                    folder for the results
  TMPDIR                 where to unpack (default: beside this file); removed at the end
  VOXSTYLE_BENCH_DEVICE  the device (default: hardware)
  VK_DRIVER_FILES        the Vulkan driver, where it is not found by itself'

fail() {
  echo "run.sh: $1" >&2
  exit "${2:-1}"
}

case ${1:-} in
  -h | --help) echo "$usage"; exit 0 ;;
esac

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
archive=$here/bench.tar.xz
[ -f "$archive" ] || fail "$archive: not there; make the folder with bench/gpu.sh" 66
[ "$(uname -s) $(uname -m)" = 'Linux x86_64' ] || fail "expected Linux x86_64, found $(uname -sm)"
out=${OUT:-$here/out}
device=${VOXSTYLE_BENCH_DEVICE:-hardware}
mkdir -p "$out" || fail "$out: cannot be made" 73
place=$(mktemp -d "${TMPDIR:-$here}/voxstyle-bench.XXXXXX") || fail 'set TMPDIR to a folder that can be written' 73
trap 'rm -rf "$place"' EXIT

if command -v xz >/dev/null; then
  xz -dc "$archive" | tar -x -C "$place" --no-same-owner
elif command -v python3 >/dev/null; then
  python3 -m tarfile -e "$archive" "$place"
else
  fail 'neither xz nor python3 is here to unpack with'
fi

# Of the libraries that travelled along, those that this machine lacks.
known=$(PATH="$PATH:/usr/sbin:/sbin" ldconfig -p)
mkdir "$place/lacking"
for library in "$place"/lib/*; do
  name=$(basename "$library")
  grep -qF "$name " <<<"$known" || ln -s "$library" "$place/lacking/"
done
search=$place/lacking

# The NVIDIA driver for Vulkan: where loaders look, else where container hosts mount it, else by the name of its library.
if [ "$device" = hardware ] && [ -z "${VK_DRIVER_FILES:-}${VK_ICD_FILENAMES:-}" ]; then
  first() {
    for path in "$@"; do
      if [ -e "$path" ]; then echo "$path" && return; fi
    done
  }
  if [ -z "$(first {/etc,/usr/share,/usr/local/share}/vulkan/icd.d/*nvidia*.json)" ]; then
    mounted=/usr/local/nvidia
    search=$search:$mounted/lib64:$mounted/lib
    manifest=$mounted/share/vulkan/icd.d/nvidia_icd.json
    if [ ! -f "$manifest" ]; then
      library=libGLX_nvidia.so.0
      # Machines without a display may have the same driver under its other name only.
      if ! grep -qF "$library" <<<"$known" && [ -z "$(first "$mounted"/lib*/"$library")" ]; then
        library=libEGL_nvidia.so.0
      fi
      manifest=$place/nvidia_icd.json
      echo "{\"file_format_version\": \"1.0.0\", \"ICD\": {\"library_path\": \"$library\", \"api_version\": \"1.3.0\"}}" >"$manifest"
    fi
    # Loaders before 1.3.207 know only the second.
    export VK_DRIVER_FILES=$manifest VK_ICD_FILENAMES=$manifest
  fi
fi
export LD_LIBRARY_PATH=$search${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}

voxstyle() {
  "$place/bin/node" "$place/dist/cli/main.js" "$@"
}
# It fails where there is no device at all; another than the one asked for is for the benchmark to refuse.
voxstyle doctor | tee "$out/doctor.txt" >&2
peers=()
if [ -d "$place/peers" ]; then peers=(--peers "$place/peers"); fi
voxstyle bench speed --device "$device" --json --out "$out" "${peers[@]}" "$@"
