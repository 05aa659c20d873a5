#!/usr/bin/env bash
# Packs the kernel tests and bench/Device, with the .NET runtime that they need, for a GPU machine that has neither .NET
# nor a network: Linux on x86-64 with NVIDIA's driver.
#   tools/gpu-bundle.sh [FILE]     default: artifacts/linr-gpu.tar.xz, some 40 MB
# There: tar xJf linr-gpu.tar.xz && linr-gpu/run.sh
set -euo pipefail
cd "$(dirname "$0")/.."
archive=$(realpath -m "${1:-artifacts/linr-gpu.tar.xz}")
draft=$(mktemp -d)
trap 'rm -rf "$draft"' EXIT
bundle=$draft/linr-gpu

# --- the two programs -------------------------------------------------------------------------------------------------
publish() { # project, folder
    dotnet publish "$1" -c Release --nologo -v quiet \
        -o "$bundle/$2" >&2
    # The bundle is for one platform and one language.
    find "$bundle/$2/runtimes" -mindepth 1 -maxdepth 1 ! -name linux-x64 -exec rm -rf {} + 2>/dev/null || true
    find "$bundle/$2" -name '*.resources.dll' -delete
    find "$bundle/$2" \( -name '*.pdb' -o -name '*.xml' \) -delete
    find "$bundle/$2" -type d -empty -delete
}
publish tests/Kernels.Tests tests
publish bench/Device bench

# --- the runtime: this machine's newest of the programs' major version ------------------------------------------------
major=$(sed -n 's/.*"version": "\([0-9]*\)\..*/\1/p' "$bundle/bench/Linr.Bench.Device.runtimeconfig.json" | head -n 1)
line=$(dotnet --list-runtimes | grep "^Microsoft.NETCore.App $major\." | sort -V | tail -n 1)
version=$(cut -d ' ' -f 2 <<< "$line")
shared=$(sed 's/.*\[\(.*\)\]/\1/' <<< "$line")
root=$(realpath "$shared/../..")
mkdir -p "$bundle/dotnet/shared/Microsoft.NETCore.App" "$bundle/dotnet/host/fxr"
cp -r "$shared/$version" "$bundle/dotnet/shared/Microsoft.NETCore.App/"
cp -r "$root/host/fxr/$(ls "$root/host/fxr" | sort -V | tail -n 1)" "$bundle/dotnet/host/fxr/"
cp "$root/dotnet" "$root/LICENSE.txt" "$root/ThirdPartyNotices.txt" "$bundle/dotnet/"

# --- how to run it ----------------------------------------------------------------------------------------------------
cat > "$bundle/run.sh" <<'RUN'
#!/usr/bin/env bash
# Runs Linr's kernel tests and its bench on this machine's first CUDA device; needs NVIDIA's driver only.
#   ./run.sh                    both: the tests that use the device, and the whole bench
#   ./run.sh tests [ARGUMENT…]  the tests; see `./run.sh tests --help`
#   ./run.sh bench [ARGUMENT…]  the bench; see `./run.sh bench --help`
# Without a device both fail; LINR_REQUIRE_CUDA=0 lets the tests skip and the bench end at once.
set -euo pipefail
here=$(realpath "$(dirname "$0")")
export DOTNET_ROOT=$here/dotnet DOTNET_CLI_TELEMETRY_OPTOUT=1 LINR_REQUIRE_CUDA=${LINR_REQUIRE_CUDA:-1}
tests() {
    "$here/dotnet/dotnet" "$here/tests/Linr.Kernels.Tests.dll" --no-ansi --progress off "$@"
}
bench() { "$here/dotnet/dotnet" "$here/bench/Linr.Bench.Device.dll" "$@"; }
case "${1:-both}" in
    both)
        tests --filter-trait device=cuda
        bench ;;
    tests | bench) "$@" ;;
    *) sed -n '2,6s/^# \?//p' "$0"; exit 2 ;;
esac
RUN
chmod +x "$bundle/run.sh"
cp LICENSE "$bundle/"

# --- pack: a dictionary as large as the bundle, since both programs share most of their files -------------------------
mkdir -p "$(dirname "$archive")"
tar -C "$draft" -c linr-gpu | xz -6 --lzma2=dict=128MiB > "$archive.new"
mv "$archive.new" "$archive"
bytes=$(stat -c %s "$archive")
echo "$archive: $((bytes / 1000000)) MB"
if [ "$bytes" -gt 60000000 ]; then
    echo "A bundle is to stay under 60 MB." >&2
    exit 1
fi
