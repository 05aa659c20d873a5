#!/usr/bin/env bash
# Builds the console (src/Server/Console/app) to what Linr.Server embeds; needs Node.js 20.19 or later, with npm.
#   tools/console.sh            writes src/Server/Console/Built and Built.sha256
#   tools/console.sh --check    builds elsewhere, and fails where Built is not what the sources give
# Ends with 3 where there is no such Node.js, or its packages cannot be had.
set -euo pipefail
cd "$(dirname "$0")/../src/Server/Console/app"
if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' \
    2>/dev/null || ! command -v npm >/dev/null; then
    echo "The console's sources need Node.js 20.19 or later with npm." >&2
    exit 3
fi
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 || exit 3

npx prettier --check --log-level warn src tests vite.config.js
npx tsc --noEmit
if [ "${1:-}" = "--check" ]; then
    built=$(mktemp -d)
    trap 'rm -rf "$built"' EXIT
    npx vite build --logLevel warn --outDir "$built"
    diff -r "$built" ../Built || { echo "src/Server/Console/Built is stale: run tools/console.sh" >&2; exit 1; }
    exit 0
fi

npx vite build --logLevel warn
cd ..
# A test compares these where there is no Node.js.
find app Built -name node_modules -prune -o -path app/tests -prune -o -type f -print | LC_ALL=C sort \
    | xargs sha256sum > Built.sha256
