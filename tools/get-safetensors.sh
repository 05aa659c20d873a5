#!/usr/bin/env bash
# Brings the safetensors library for Python, with a Python that it runs on, into FOLDER, and prints the path of that
# Python. Debian 12 has no such package, so both come from Debian's next release, unpacked beside the system and not
# installed into it (18 MB down, 80 MB on disk). Any Debian or Ubuntu will do; nothing outside FOLDER is written.
#   tools/get-safetensors.sh FOLDER
set -euo pipefail
folder=$(realpath -m "${1:?usage: tools/get-safetensors.sh FOLDER}")
python=$folder/python
if [ -x "$python" ]; then
    echo "$python"
    exit 0
fi

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
if [ ! -r "$keyring" ]; then
    echo "get-safetensors.sh: expected $keyring (package debian-archive-keyring); found none" >&2
    exit 1
fi

mirror=$(awk '/^URIs:/ { print $2; exit }' /etc/apt/sources.list.d/debian.sources 2>/dev/null || true)
mkdir -p "$folder"/apt/{sources,lists/partial,cache/archives/partial} "$folder/packages"
printf 'Types: deb\nURIs: %s\nSuites: trixie\nComponents: main\nSigned-By: %s\n' \
    "${mirror:-http://deb.debian.org/debian}" "$keyring" > "$folder/apt/sources/trixie.sources"
apt=(apt-get -q -oDir::Etc::SourceList=/dev/null "-oDir::Etc::SourceParts=$folder/apt/sources"
    "-oDir::State::Lists=$folder/apt/lists" "-oDir::Cache=$folder/apt/cache"
    -oAPT::Sandbox::User=root -oAcquire::Languages=none)
"${apt[@]}" update > /dev/null
(cd "$folder/packages" && "${apt[@]}" download python3.13-minimal libpython3.13-minimal libpython3.13-stdlib \
    python3-safetensors python3-numpy libc6 libexpat1 zlib1g libgcc-s1 libblas3 liblapack3 libstdc++6 libgfortran5 > /dev/null)
for package in "$folder"/packages/*.deb; do
    dpkg -x "$package" "$folder/root"
done

root=$folder/root
library=$(dirname "$(find "$root/usr/lib" -name libc.so.6)")
loader=$(find "$root/usr/lib" -name 'ld-linux*.so.*' | head -n 1)
cat > "$python.new" <<SCRIPT
#!/bin/sh
PYTHONHOME=$root/usr PYTHONPATH=$root/usr/lib/python3/dist-packages exec $loader \\
    --library-path $library:$library/blas:$library/lapack $root/usr/bin/python3.13 "\$@"
SCRIPT
chmod +x "$python.new"
"$python.new" -c 'import numpy, safetensors'
mv "$python.new" "$python"
echo "$python"
