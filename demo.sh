#!/usr/bin/env bash
# Trains a model on the Debian package catalogue, evaluates it and searches it; on the CPU, in a few minutes.
#   ./demo.sh                          the extract in data/, so that the figures of the README come out
#   ./demo.sh --from-apt               this machine's own package index
#   ./demo.sh --data FOLDER            any MovieLens folder
set -euo pipefail
cd "$(dirname "$0")"
[ -n "$(find /usr/share/fonts /usr/local/share/fonts -name '*.ttf' -print -quit 2>/dev/null)" ] \
    || tools/apt-install.sh "plots need a font for their words" fonts-dejavu-core || true
tools/get-libtorch.sh
dotnet build src/Cli/Cli.csproj -c Release --nologo -v quiet
exec dotnet src/Cli/bin/Release/net10.0/linr.dll demo "$@"
