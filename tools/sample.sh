#!/usr/bin/env bash
# Packs the libraries into a local feed, artifacts/packages, and builds and runs samples/Bookshop from it, as an
# application outside the repository would: twice, so that the second run finds what the first has kept.
#   tools/sample.sh           the libraries have been built with -c Release
#   tools/sample.sh --aot     compiles the sample ahead of time too, and runs that
set -euo pipefail
cd "$(dirname "$0")/.."
feed=$PWD/artifacts/packages
work=$PWD/artifacts/sample
rm -rf "$feed" "$work"
mkdir -p "$work"

for project in Memory Core Cuda Kernels Index Engine Embedded VectorData Formats Ingest Onnx; do
    dotnet pack "src/$project" -c Release --no-build --nologo -v quiet -o "$feed"
done
for package in "$feed"/*.nupkg; do
    listing=$(/usr/bin/python3 -m zipfile -l "$package" | cut -d " " -f 1)
    for part in '\.xml$' '\.md$' '\.dll$'; do
        grep -q "$part" <<< "$listing" || { echo "$package: expected a file $part; found none"; exit 1; }
    done
    [ -f "${package%.nupkg}.snupkg" ] || { echo "$package: expected symbols beside it; found none"; exit 1; }
done

# Packages of this version were perhaps unpacked before; all others may come from where they are already.
known=$(dotnet nuget locals global-packages --list | sed 's/^global-packages: //')
sample=(samples/Bookshop -c Release --nologo -v quiet -p:RestorePackagesPath="$work/packages"
    -p:RestoreFallbackFolders="$known" -p:BaseIntermediateOutputPath="$work/obj/")
run() { "$@" "$work/shop"; "$@" "$work/shop"; rm -rf "$work/shop"; }

dotnet build "${sample[@]}" -p:PublishAot=false -o "$work/bin"
run dotnet "$work/bin/Bookshop.dll" | diff samples/Bookshop/expected.txt -
if [ "${1:-}" = --aot ]; then
    rm -rf "$work/obj"
    dotnet publish "${sample[@]}" -r linux-x64 -p:IlcInstructionSet=x86-64-v3 -o "$work/aot"
    run "$work/aot/Bookshop" | diff samples/Bookshop/expected.txt -
fi

echo "sample: $(ls "$feed"/*.nupkg | wc -l) packages, and what it printed is right"
