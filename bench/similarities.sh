#!/usr/bin/env bash
# Trains one model a seed with every similarity of the table on its towers, and evaluates it, by `linr train` and
# `linr eval` alone:
#   bench/similarities.sh OUT "FOLDER [TRAIN OPTIONS]"...
#   bench/similarities.sh out/similarities "movietweetings-142k --epochs 15" "ml-latest-small --epochs 30"
# Run again, it goes on where it was cut off. Writes OUT/NAME/SEED/{command,run.json,evaluation.json,...}; with COLD_SHARE set, models that never saw that share of
# the items, and their evaluation on these, in OUT/NAME-cold. Afterwards `dotnet run bench/similarities.cs OUT` makes
# the table, the plot and one JSON of all.
#   SEEDS         which seeds                     (1 2 3 4 5)
#   JOBS          models at the same time         (1)
#   SIMILARITIES  which similarities              (those of the table)
#   EPOCHS        passes of a similarity at most  (40)
#   COLD_SHARE    share of items held out; unset: the main table
#   TRAIN         options of every training       (such as "--device cuda --libtorch FOLDER")
#   LINR          what runs linr
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
LINR=${LINR:-dotnet $here/src/Cli/bin/Release/net10.0/linr.dll}
out=${1:?OUT} ; shift
table="hadamard hadamard_graph hadamard_graph_text mixture mixture_30 mixture_100 mixture_300 mixture_100_trained
mixture_300_trained mixture_graph mixture_graph_100 mixture_graph_300 mixture_graph_300_trained mixture_graph_text
mixture_graph_text_100 mixture_graph_text_300 mixture_graph_text_300_trained"
SIMILARITIES=$(echo ${SIMILARITIES:-$table})
export LINR out SIMILARITIES TRAIN=${TRAIN:-} EPOCHS=${EPOCHS:-40} COLD_SHARE=${COLD_SHARE:-}

one() { # seed, folder, train options
    local seed=$1 folder=$2
    shift 2
    local name to held=()
    name=$(basename "$folder")
    if [ -n "$COLD_SHARE" ]; then
        name=$name-cold
        held=(--cold-share "$COLD_SHARE")
    fi
    to=$out/$name/$seed
    [ ! -e "$to/evaluation.json" ] || return 0
    mkdir -p "$to"
    # What the reader types: no folder of this machine, no place of libtorch.
    echo "linr train --data $(basename "$folder") $*${held[*]:+ ${held[*]}} --similarity-epochs $EPOCHS --seed $seed" \
        "--similarity $SIMILARITIES" > "$to/command"
    if [ ! -e "$to/model.linr" ]; then
        # shellcheck disable=SC2086 # several words
        $LINR train --data "$folder" "$@" "${held[@]}" --seed "$seed" --similarity $SIMILARITIES --similarity-epochs "$EPOCHS" \
            $TRAIN --checkpoint "$to/towers" --out "$to/made.linr" --report "$to" --json > "$to/train.json" 2> "$to/log"
        mv "$to/made.linr" "$to/model.linr"
    fi

    # shellcheck disable=SC2086
    $LINR eval "$to/model.linr" --data "$folder" "${held[@]}" --seed "$seed" --report "$to" --json > /dev/null 2>> "$to/log"
    rm -r "$to/model.linr" "$to/towers"
    echo "$name, seed $seed: done"
}
export -f one

for seed in ${SEEDS:-1 2 3 4 5}; do
    for data in "$@"; do
        printf '%s\0' "one $seed $data"
    done
done | xargs -0 -P "${JOBS:-1}" -I{} bash -c 'set -euo pipefail; {}'
