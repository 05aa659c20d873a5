#!/bin/sh
# Makes the extract of Debian bookworm (main, amd64) again from the package index that apt has fetched.
# Needs apt with bookworm among its sources (run "apt-get update" first) and the .NET SDK.
set -eu
cd "$(dirname "$0")"

find_target() {
    apt-get indextargets --format '$(FILENAME)' "Created-By: Packages" "Codename: bookworm" "Component: main" \
        "Architecture: amd64" "Origin: Debian" "Label: Debian"
}

index=
for file in $(find_target); do
    # apt keeps the index packed or plain, as it is set up.
    for candidate in "$file" "$file".*; do
        [ -f "$candidate" ] && index=$candidate && break 2
    done
done
[ -n "$index" ] || { echo "no index of bookworm main amd64: run \"apt-get update\" first" >&2; exit 1; }

dotnet run make.cs . "$index"
release=$(printf '%s' "$index" | sed 's/_main_binary-amd64_Packages.*/_InRelease/')
grep -E '^(Origin|Label|Codename|Version|Date): ' "$release" > RELEASE
