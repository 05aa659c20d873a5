#!/usr/bin/env bash
# Finds or fetches NVRTC and nvJitLink, which compile the kernels without a GPU, and prints their folder.
#   tools/get-nvrtc.sh [FOLDER]     default: linr/nvrtc under the user's data folder
# In this order: the folder that LINR_NVRTC names, an earlier fetch, a CUDA 12 or 13 toolkit under /usr/local/cuda, the
# distribution's own packages (Debian non-free, Ubuntu multiverse), unpacked privately: nothing is installed.
# Ends with 3 where the distribution has no such packages, with 1 where fetching them fails.
set -euo pipefail
folder=${1:-${XDG_DATA_HOME:-$HOME/.local/share}/linr/nvrtc}

has_both() { # folder: NVRTC of CUDA 12 or 13, and nvJitLink
    compgen -G "$1/libnvrtc.so.1[23]" >/dev/null && compgen -G "$1/libnvJitLink.so.1[23]" >/dev/null
}

if [ -n "${LINR_NVRTC:-}" ]; then
    if ! has_both "$LINR_NVRTC"; then
        echo "LINR_NVRTC names $LINR_NVRTC, which does not hold libnvrtc.so and libnvJitLink.so of CUDA 12 or 13." >&2
        exit 1
    fi
    echo "$LINR_NVRTC"
    exit 0
fi
if [ -e "$folder/complete" ] && has_both "$folder"; then
    echo "$folder"
    exit 0
fi
for own in /usr/local/cuda/lib64 /usr/local/cuda/targets/x86_64-linux/lib; do
    if has_both "$own"; then
        echo "$own"
        exit 0
    fi
done

# --- which packages ------------------------------------------------------------------------------------------------
no_package() {
    echo "No NVRTC for this machine: $1. Install CUDA 12 or 13, or name its libraries in LINR_NVRTC." >&2
    exit 3
}
[ "$(uname -sm)" = "Linux x86_64" ] || no_package "the script knows Linux on x86-64 only"
command -v apt-get >/dev/null && command -v dpkg >/dev/null || no_package "apt is not there"
. /etc/os-release
case "$ID" in
    debian) component=non-free ; keyring=debian-archive-keyring ; mirror=http://deb.debian.org/debian
            suite=trixie ;; # Older releases have a CUDA that does not know compute capability 9.0.
    ubuntu) component=multiverse ; keyring=ubuntu-archive-keyring ; mirror=http://archive.ubuntu.com/ubuntu
            suite=${VERSION_CODENAME:-noble}
            dpkg --compare-versions "${VERSION_ID:-0}" ge 24.04 || suite=noble ;;
    *) no_package "its distribution is $ID, the script knows Debian and Ubuntu" ;;
esac
own_mirror=$(awk '/^URIs:/ { print $2; exit }' "/etc/apt/sources.list.d/$ID.sources" 2>/dev/null || true)
if [ -z "$own_mirror" ] && [ -e /etc/apt/sources.list ]; then
    own_mirror=$(awk '/^deb / { for (i = 2; i <= NF; i++) if ($i ~ /^https?:/) { print $i; exit } }' \
        /etc/apt/sources.list)
fi
mirror=${own_mirror:-$mirror}

# --- fetch and unpack, with apt's state in a folder of our own --------------------------------------------------------
draft=$(mktemp -d)
trap 'rm -rf "$draft"' EXIT
mkdir -p "$draft"/{sources,lists/partial,cache/archives/partial,packages}
cat > "$draft/sources/nvrtc.sources" <<SOURCES
Types: deb
URIs: $mirror
Suites: $suite
Components: $component
Signed-By: /usr/share/keyrings/$keyring.gpg
SOURCES
options=(-o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$draft/sources" -o "Dir::State::Lists=$draft/lists"
    -o "Dir::Cache=$draft/cache" -o Acquire::Languages=none -o "APT::Sandbox::User=$(id -un)")
echo "Fetching NVRTC from $mirror ($suite $component) into $folder" >&2
if ! apt-get "${options[@]}" -qq update >"$draft/log" 2>&1; then
    cat "$draft/log" >&2
    exit 1
fi
apt-cache "${options[@]}" pkgnames libnv > "$draft/names"
names=$(grep -E '^(libnvrtc1[23]|libnvrtc-builtins1[23]\.[0-9]+|libnvjitlink1[23])$' "$draft/names" || true)
for kind in libnvrtc1 libnvrtc-builtins1 libnvjitlink1; do
    grep -q "^$kind" <<< "$names" || no_package "$suite $component has no package $kind*"
done
# shellcheck disable=SC2086 -- the names are words.
if ! (cd "$draft/packages" && apt-get "${options[@]}" -qq download $names >"$draft/log" 2>&1); then
    cat "$draft/log" >&2
    exit 1
fi
for package in "$draft"/packages/*.deb; do
    dpkg -x "$package" "$draft/root"
done
mkdir -p "$folder"
rm -f "$folder/complete"
cp -P "$draft"/root/usr/lib/x86_64-linux-gnu/libnv*.so.* "$folder/"
cp "$draft"/root/usr/share/doc/libnvrtc1[23]/copyright "$folder/LICENSE-NVRTC.txt"
if ! has_both "$folder"; then
    echo "The packages $(tr '\n' ' ' <<< "$names")did not bring libnvrtc.so and libnvJitLink.so." >&2
    exit 1
fi

# Last, so that a fetch that was cut off is done again.
touch "$folder/complete"
echo "$folder"
