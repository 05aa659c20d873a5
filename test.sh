#!/usr/bin/env bash
# Installs what the tests need (Debian or Ubuntu, with the .NET SDK there) and runs them all.
#   ./test.sh           everything
#   ./test.sh --quick   each test project once, on this machine's widest instruction set only
#   ./test.sh --long    kills, operations and filters for hours: artifacts/long has how far it is, and it goes on from there;
#                       LINR_LONG_MINUTES ends it earlier; docs/results/long.md and long.json are its report
#   ./test.sh --fuzz    100 million inputs for the parsers: artifacts/fuzz has how far it is, and it goes on from there;
#                       LINR_FUZZ_MINUTES ends it earlier; docs/results/fuzz.md and fuzz.json are its report
set -euo pipefail
cd "$(dirname "$0")"

quick=0
[ "${1:-}" = "--quick" ] && quick=1

if [ "${1:-}" = "--long" ] || [ "${1:-}" = "--fuzz" ]; then
    kind=${1#--}
    dotnet build tests/Linr.Tests/Linr.Tests.csproj -c Release --nologo -v quiet
    commit=$(git rev-parse --short HEAD)
    git diff --quiet HEAD -- src tests || commit="$commit and changes"
    class=Linr.Tests.Long.LongTests
    [ "$kind" = long ] || class=Linr.Tests.Fuzz.FuzzLongTests
    env LINR_COMMIT="$commit" "LINR_${kind^^}=artifacts/$kind" dotnet tests/Linr.Tests/bin/Release/net10.0/Linr.Tests.dll \
        --no-ansi --progress off --filter-class "$class"
    cp "artifacts/$kind/$kind".{md,json} docs/results/
    exit 0
fi

# --- what the tests need -------------------------------------------------------------------------------------------
/usr/bin/python3 -c 'import numpy' 2>/dev/null \
    || tools/apt-install.sh "the model file is opened by Python's own reader too" python3-numpy
export LINR_REQUIRE_PYTHON=1
LINR_SAFETENSORS_PYTHON=$(tools/get-safetensors.sh artifacts/safetensors)
export LINR_SAFETENSORS_PYTHON LINR_REQUIRE_SAFETENSORS=1
tools/get-libtorch.sh
export LINR_REQUIRE_LIBTORCH=1

# The kernels run on an emulator here; on a GPU, the same tests run without LINR_CUDA_DRIVER.
command -v g++ >/dev/null || tools/apt-install.sh "kernels are tested on an emulator that it compiles" g++

compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null \
    || tools/apt-install.sh "tests start it and follow its tables" postgresql
export LINR_REQUIRE_POSTGRES=1
status=0
pgvector=$(tools/get-pgvector.sh artifacts/pgvector) || status=$?
if [ "$status" = 0 ]; then
    export LINR_PGVECTOR=$pgvector LINR_REQUIRE_PGVECTOR=1
elif [ "$status" != 3 ]; then
    exit "$status"
fi

# The console is tested in a real browser, which Node.js drives.
command -v chromium >/dev/null || tools/apt-install.sh "the console is opened in it" chromium fonts-dejavu-core

# --- build ---------------------------------------------------------------------------------------------------------
dotnet build Linr.slnx -c Release --nologo -v quiet
emulator=$(tests/Emulator/build.sh artifacts/emulator)
artifacts/emulator/faults

# --- the committed PTX is what its sources give -----------------------------------------------------------------------
status=0
tools/kernels.sh --check || status=$?
if [ "$status" = 3 ]; then
    echo "The kernels were not compiled: no NVRTC can be had here. Their fingerprints are still tested."
elif [ "$status" != 0 ]; then
    exit "$status"
fi

# --- the committed console is what its sources give ------------------------------------------------------------------
status=0
tools/console.sh --check || status=$?
if [ "$status" = 0 ]; then
    export LINR_REQUIRE_BROWSER=1
elif [ "$status" = 3 ]; then
    echo "The console was neither built nor opened: it needs Node.js. The hashes of its files are still tested."
else
    exit "$status"
fi

# --- run: every project, and the kernels again on narrower instruction sets -------------------------------------------
results=artifacts/test
rm -rf "$results"
mkdir -p "$results"
passed=0
failed=0
skipped=0

count() { sed -n "s/^ *$1: *\([0-9]*\).*/\1/p" "$2" | tail -n 1; }

run() { # name, project, NAME=VALUE ... [-- argument ...]
    local name=$1 project=$2 log=$results/$1.log
    shift 2
    local settings=()
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        settings+=("$1")
        shift
    done
    local status=0
    env "${settings[@]}" dotnet "tests/$project/bin/Release/net10.0/Linr.${project#Linr.}.dll" \
        --no-ansi --progress off "${@:2}" > "$log" 2>&1 || status=$?
    local succeeded ; succeeded=$(count succeeded "$log")
    if [ -z "$succeeded" ]; then
        # The run ended before its summary: that is a failure of its own.
        cat "$log"
        failed=$((failed + 1))
        echo "$name: ended without a summary (exit code $status)"
        return
    fi
    passed=$((passed + succeeded))
    failed=$((failed + $(count failed "$log")))
    if [ "$status" != 0 ] && [ "$(count failed "$log")" = 0 ]; then
        failed=$((failed + 1))
    fi
    skipped=$((skipped + $(count skipped "$log")))
    [ "$status" = 0 ] || cat "$log"
    grep -i '^skipped' "$log" || true
    echo "$name: $succeeded passed, $(count failed "$log") failed, $(count skipped "$log") skipped"
}

# Some processors with AVX-512 are told by the runtime to prefer 256 bits, so nothing is expected of the widest run there.
widest=sse
grep -qw avx2 /proc/cpuinfo && widest=avx2
grep -qw avx512bw /proc/cpuinfo && widest=
on_device=(-- --filter-trait device=cuda)
on_host=(-- --filter-not-trait device=cuda)
run kernels Kernels.Tests LINR_EXPECT_ISA=$widest LINR_CUDA_DRIVER="$emulator" LINR_REQUIRE_CUDA=1
run kernels-no-wgmma Kernels.Tests LINR_CUDA_DRIVER="$emulator" LINR_REQUIRE_CUDA=1 LINR_WARPGROUP_SCAN=0 -- \
    --filter-class '*FusedScanCuda*' --filter-class '*DeviceSearch*'
if [ "$quick" = 0 ]; then
    if [ -z "$widest" ]; then
        run kernels-avx2 Kernels.Tests DOTNET_EnableAVX512=0 LINR_EXPECT_ISA=avx2 "${on_host[@]}"
    fi
    run kernels-sse Kernels.Tests DOTNET_EnableAVX2=0 LINR_EXPECT_ISA=sse "${on_host[@]}"
    run kernels-scalar Kernels.Tests DOTNET_EnableHWIntrinsic=0 LINR_EXPECT_ISA=scalar "${on_host[@]}"
fi
run linr Linr.Tests "${on_host[@]}"
run linr-device Linr.Tests LINR_CUDA_DRIVER="$emulator" LINR_REQUIRE_CUDA=1 "${on_device[@]}"
libraries=$(PATH=$PATH:/usr/sbin:/sbin ldconfig -p)
if [[ $libraries == *libcuda.so.1* ]]; then
    run kernels-gpu Kernels.Tests "${on_device[@]}"
    run linr-gpu Linr.Tests "${on_device[@]}"
fi
run training Training.Tests

# --- the bench of a GPU: a thousandth of it, on the emulator, answers checked -----------------------------------------
log=$results/bench-device.log
if LINR_CUDA_DRIVER="$emulator" LINR_REQUIRE_CUDA=1 dotnet bench/Device/bin/Release/net10.0/Linr.Bench.Device.dll \
    --rows 15500 --large-rows 16000 --code-rows 40000 --batch-max 16 --passes 1 --checks 1 --engine-seconds 0.1 --host-rows \
    --peer-seconds 0 \
    --out "$results/gpu" > "$log" 2>&1; then
    passed=$((passed + 1))
    echo "bench-device: $(grep -c 'answers right' "$log") figures, their answers right"
else
    failed=$((failed + 1))
    cat "$log"
    echo "bench-device: failed"
fi

# --- and of searches while items change -------------------------------------------------------------------------------
log=$results/bench-live.log
if LINR_CUDA_DRIVER="$emulator" LINR_REQUIRE_CUDA=1 dotnet bench/Device/bin/Release/net10.0/Linr.Bench.Device.dll \
    --live --rows 2000 --engine-seconds 0.1 --out "$results/gpu" > "$log" 2>&1; then
    passed=$((passed + 1))
    echo "bench-live: $(grep -c 'updates a second' "$log") figures"
else
    failed=$((failed + 1))
    cat "$log"
    echo "bench-live: failed"
fi

# --- an application outside the repository, from the packages ---------------------------------------------------------
log=$results/sample.log
if tools/sample.sh > "$log" 2>&1; then
    passed=$((passed + 1))
    tail -n 1 "$log"
else
    failed=$((failed + 1))
    cat "$log"
    echo "sample: failed"
fi

# --- the closing line ------------------------------------------------------------------------------------------------
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
