#!/usr/bin/env bash
# Builds pgvector for the newest PostgreSQL that is installed, and prints the folder that has vector.so and vector.sql.
#   tools/get-pgvector.sh FOLDER
# Sources and the server's headers are packages of the distribution, unpacked privately: nothing is installed. Needs gcc.
# Ends with 3 where the distribution has no such packages, with 1 where fetching or building them fails.
set -euo pipefail
mkdir -p "$1"
folder=$(cd "$1" && pwd)

version=$(find /usr/lib/postgresql -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -n | tail -n 1)
if [ -e "$folder/complete-$version" ]; then
    echo "$folder"
    exit 0
fi
command -v apt-get >/dev/null || { echo "No pgvector: apt is not there." >&2; exit 3; }
. /etc/os-release
case "$ID" in
    debian) suite=trixie ; component=main ; keyring=debian-archive-keyring ; mirror=http://deb.debian.org/debian ;;
    ubuntu) suite=${VERSION_CODENAME:-noble} ; component=universe ; keyring=ubuntu-archive-keyring
            mirror=http://archive.ubuntu.com/ubuntu ;;
    *) echo "No pgvector: the distribution is $ID, the script knows Debian and Ubuntu." >&2 ; exit 3 ;;
esac
own_mirror=$(awk '/^URIs:/ { print $2; exit }' "/etc/apt/sources.list.d/$ID.sources" 2>/dev/null || true)

draft=$(mktemp -d)
trap 'rm -rf "$draft"' EXIT
mkdir -p "$draft"/{sources,lists/partial,cache/archives/partial,root}
cat > "$draft/sources/pgvector.sources" <<SOURCES
Types: deb-src
URIs: ${own_mirror:-$mirror}
Suites: $suite
Components: $component
Signed-By: /usr/share/keyrings/$keyring.gpg
SOURCES
user=(-o "APT::Sandbox::User=$(id -un)")
options=(-o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$draft/sources" -o "Dir::State::Lists=$draft/lists"
    -o "Dir::Cache=$draft/cache" -o Acquire::Languages=none "${user[@]}")
echo "Fetching pgvector ($suite) and the headers of PostgreSQL $version" >&2
run() { "$@" > "$draft/log" 2>&1 || { cat "$draft/log" >&2; exit 1; }; }
cd "$draft"
run apt-get "${options[@]}" -q update
apt-cache "${options[@]}" showsrc pgvector >/dev/null 2>&1 || { echo "No pgvector in $suite." >&2; exit 3; }
run apt-get "${options[@]}" -q source --download-only pgvector
run apt-get "${user[@]}" -q download "postgresql-server-dev-$version"
run tar xzf pgvector_*.orig.tar.gz
dpkg -x postgresql-server-dev-*.deb root
(cd pgvector-*/ && gcc -O2 -fPIC -shared -std=gnu99 -I "$draft/root/usr/include/postgresql/$version/server" \
    -I "$draft/root/usr/include/postgresql/internal" -o vector.so src/*.c && cp vector.so sql/vector.sql "$folder/")

# Last, so that a build that was cut off is done again.
touch "$folder/complete-$version"
echo "$folder"
