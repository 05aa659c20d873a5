#!/usr/bin/env bash
# Trains and evaluates models over several seeds, by the commands `linr train` and `linr eval` alone:
#   bench/quality.sh OUT "FOLDER [TRAIN OPTIONS]"...
#   bench/quality.sh out/quality "data/debian-bookworm --epochs 4" "ml-latest-small --epochs 30"
# Writes OUT/NAME/SEED/{command,run.json,evaluation.json,...}; with COLD_SHARE set, models that never saw that share of
# the items, and their evaluation on these, in OUT/NAME-cold. Afterwards `dotnet run bench/quality.cs OUT` makes the
# table, the plot and one JSON of all.
#   SEEDS        which seeds                     (1 2 3 4 5)
#   JOBS         runs at the same time           (1)
#   COLD_SHARE   share of items held out; unset: the main table
#   TRAIN        options of every training       (such as "--device cuda --libtorch FOLDER")
#   LINR         what runs linr
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
LINR=${LINR:-dotnet $here/src/Cli/bin/Release/net10.0/linr.dll}
out=${1:?OUT} ; shift
export LINR out TRAIN=${TRAIN:-} COLD_SHARE=${COLD_SHARE:-}

one() { # seed, folder, train options
    local seed=$1 folder=$2 name held=()
    shift 2
    name=$(basename "$folder")
    if [ -n "$COLD_SHARE" ]; then
        name=$name-cold
        held=(--cold-share "$COLD_SHARE")
    fi
    local to=$out/$name/$seed
    mkdir -p "$to"
    # What the reader types: no folder of this machine, no place of libtorch.
    echo "linr train --data $(basename "$folder") $*${held[*]:+ ${held[*]}} --seed $seed" > "$to/command"
    # shellcheck disable=SC2086 # LINR and TRAIN are several words
    $LINR train --data "$folder" "$@" "${held[@]}" --seed "$seed" $TRAIN --out "$to/model.linr" --report "$to" \
        --json > "$to/train.json" 2> "$to/log"
    # shellcheck disable=SC2086
    $LINR eval "$to/model.linr" --data "$folder" "${held[@]}" --seed "$seed" --report "$to" \
        --json > /dev/null 2>> "$to/log"
    rm "$to/model.linr" "$to/train.json"
    echo "$name, seed $seed: done"
}
export -f one

for seed in ${SEEDS:-1 2 3 4 5}; do
    for data in "$@"; do
        printf '%s\0' "one $seed $data"
    done
done | xargs -0 -P "${JOBS:-1}" -I{} bash -c 'set -euo pipefail; {}'
