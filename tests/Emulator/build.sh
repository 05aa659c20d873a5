#!/usr/bin/env bash
# Builds the stand-in CUDA driver, with every kernel of src/Kernels compiled in, by g++.
#   tests/Emulator/build.sh FOLDER     writes FOLDER/libcuda.so.1 and prints its path; compiles only what has changed
# Beside it, FOLDER/faults tests the emulator: kernels with planted faults, which it must find.
# The kernels and their defines are those of the manifest that tools/kernels.sh writes.
set -euo pipefail
mkdir -p "$1/objects"
out=$(realpath "$1")
cd "$(dirname "$0")"
kernels=$(realpath ../../src/Kernels)
objects=$out/objects
flags=(-std=c++17 -O2 -fPIC -fvisibility=hidden -ffp-contract=off -fno-strict-aliasing -ftls-model=initial-exec
    -Wall -Wextra -Wno-unknown-pragmas -Wno-unused-function -Wno-missing-field-initializers
    -DLINR_EMULATOR -I. "-I$kernels/Cuda")

# Op, files (parts first, with commas between) and defines of each source, a line each: the manifest has one array
# element a line.
sources() {
    awk '
        function text() { match($0, /"[^"]*",?$/); s = substr($0, RSTART); gsub(/[",]/, "", s); return s }
        /"op":/ { op = text() }
        /"path":/ { path = text() }
        /"parts": \[/ { parts = ""; list = /\]/ ? "" : "parts"; next }
        /"defines": \[/ { defines = ""; list = "defines" }
        /"defines": \[\]/ || (list == "defines" && /^ *\]/) { print op, parts path defines; list = ""; next }
        list == "parts" && /\]/ { list = ""; next }
        list == "parts" { parts = parts text() "," }
        list == "defines" && !/\[/ { defines = defines " " text() }
    ' "$kernels/Cuda/Ptx/manifest.json"
}

jobs=()
compile() { # source, object, files that it includes: in the background, as many at a time as there are cores
    local source=$1 object=$2
    shift 2
    wanted+=("$object")
    if [ -e "$object" ] && [ -z "$(find ./*.h ./build.sh "$source" "$@" -newer "$object")" ]; then
        return
    fi

    g++ "${flags[@]}" -c "$source" -o "$object" || rm -f "$object" &
    jobs+=($!)
    if [ ${#jobs[@]} -ge "$(nproc)" ]; then
        wait "${jobs[0]}"
        jobs=("${jobs[@]:1}")
    fi
}

link() { # output, objects
    local output=$1
    shift
    if [ ! -e "$output" ] || [ -n "$(find "$@" -newer "$output")" ]; then
        g++ "${link_flags[@]}" "$@" -o "$output.new"
        mv "$output.new" "$output"
    fi
}

wanted=()
while read -r op paths defines; do
    IFS=, read -ra files <<< "$paths"
    files=("${files[@]/#/$kernels/}")
    # Sources do not see each other: each has its own structs and constants.
    {
        echo '#include "Prelude.cu"'
        for define in $defines; do
            echo "#define ${define%%=*} ${define#*=}"
        done
        echo 'namespace {'
        printf '#include "%s"\n' "${files[@]}"
        echo '}'
    } > "$objects/$op.new"
    cmp -s "$objects/$op.new" "$objects/$op.cpp" || cp "$objects/$op.new" "$objects/$op.cpp"
    compile "$objects/$op.cpp" "$objects/$op.kernels.o" "${files[@]}" "$kernels/Cuda/Prelude.cu"
done < <(sources)
for file in Driver*.cpp TestKernels.cpp; do
    compile "$file" "$objects/${file%.cpp}.o" "$kernels/Cuda/Prelude.cu"
done
driver_objects=("${wanted[@]}")
wanted=()
for file in Fiber.cpp Machine.cpp Matrix.cpp Memory.cpp; do
    compile "$file" "$objects/${file%.cpp}.o"
done
machine_objects=("${wanted[@]}")
wanted=()
for file in Faults/*.cpp; do
    compile "$file" "$objects/$(basename "$file" .cpp).o" "$kernels/Cuda/Prelude.cu"
done
for job in "${jobs[@]}"; do
    wait "$job"
done

link_flags=(-shared -Wl,-soname,libcuda.so.1)
link "$out/libcuda.so.1" "${driver_objects[@]}" "${machine_objects[@]}"
link_flags=()
link "$out/faults" "${wanted[@]}" "${machine_objects[@]}"
echo "$out/libcuda.so.1"
