#!/usr/bin/env bash
# Builds the stand-in CUDA driver, with every kernel of src/Kernels compiled in, by g++.
#   tests/Emulator/build.sh FOLDER     writes FOLDER/libcuda.so.1, prints its path; does nothing where it is up to date
# Beside it, FOLDER/faults tests the emulator: kernels with planted faults, which it must find.
# The kernels and their defines are those of the manifest that tools/kernels.sh writes.
set -euo pipefail
mkdir -p "$1"
out=$(realpath "$1")
cd "$(dirname "$0")"
kernels=$(realpath ../../src/Kernels)
library=$out/libcuda.so.1

# Op, path and defines of each source, a line each: the manifest has one array element a line.
sources() {
    awk '
        function text() { match($0, /"[^"]*",?$/); s = substr($0, RSTART); gsub(/[",]/, "", s); return s }
        /"op":/ { op = text() }
        /"path":/ { path = text() }
        /"defines": \[\]/ { print op, path; next }
        /"defines": \[/ { inside = 1; defines = ""; next }
        inside && /\]/ { inside = 0; print op, path defines; next }
        inside { defines = defines " -D" text() }
    ' "$kernels/Cuda/Ptx/manifest.json"
}

paths=$(sources | while read -r _ path _; do echo "$kernels/$path"; done)
# shellcheck disable=SC2086 -- one path a word.
if [ -e "$library" ] && [ -z "$(find ./*.cpp ./*.h Faults/*.cpp ./build.sh "$kernels/Cuda/Prelude.cu" $paths \
        "$kernels/Cuda/Ptx/manifest.json" -newer "$library")" ]; then
    echo "$library"
    exit 0
fi

flags=(-std=c++17 -O2 -fPIC -fvisibility=hidden -ffp-contract=off -fno-strict-aliasing -ftls-model=initial-exec
    -Wall -Wextra -Wno-unknown-pragmas -Wno-unused-function -Wno-missing-field-initializers -DLINR_EMULATOR -I. "-I$kernels/Cuda")
draft=$(mktemp -d)
trap 'rm -rf "$draft"' EXIT
jobs=()
compile() { # in the background, as many at a time as there are cores
    g++ "${flags[@]}" "$@" &
    jobs+=($!)
    if [ ${#jobs[@]} -ge "$(nproc)" ]; then
        wait "${jobs[0]}"
        jobs=("${jobs[@]:1}")
    fi
}
while read -r op path defines; do
    # Sources do not see each other: each has its own structs and constants.
    printf '#include "Prelude.cu"\nnamespace {\n#include "%s"\n}\n' "$kernels/$path" > "$draft/$op.kernels.cpp"
    # shellcheck disable=SC2086 -- the defines are words.
    compile $defines -c "$draft/$op.kernels.cpp" -o "$draft/$op.kernels.o"
done < <(sources)
for file in *.cpp; do
    compile -c "$file" -o "$draft/${file%.cpp}.o"
done
for job in "${jobs[@]}"; do
    wait "$job"
done
g++ -shared -Wl,-soname,libcuda.so.1 -o "$draft/library" "$draft"/*.o
kernels_too=("$draft"/*.kernels.o "$draft"/TestKernels.o "$draft"/Driver*.o)
rm "${kernels_too[@]}" # the faults are kernels of their own
g++ "${flags[@]}" Faults/*.cpp "$draft"/*.o -o "$out/faults"
mv "$draft/library" "$library"
echo "$library"
