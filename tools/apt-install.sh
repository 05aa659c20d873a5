#!/usr/bin/env bash
# Installs Debian packages, by sudo unless root: tools/apt-install.sh WHY PACKAGE...
# Ends with 1, and says what to install, where that is not possible.
set -euo pipefail
why=$1
shift
if command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || command -v sudo >/dev/null; }; then
    as_root=(); [ "$(id -u)" = 0 ] || as_root=(sudo)
    echo "Installing $* ($why)"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
else
    echo "Please install: $* ($why)" >&2
    exit 1
fi
