#!/usr/bin/env bash
# Ranking with the towers as they are against ranking that they learn with, over several seeds, by the commands
# `linr train` and `linr eval` alone:
#   bench/joint.sh OUT "FOLDER [TRAIN OPTIONS]"...
#   bench/joint.sh out/joint "ml-latest-small --epochs 12 --batch-size 512 --negatives 2048 --rank-epochs 3"
# Both begin at the same towers. Writes OUT/NAME/{frozen,joint}/SEED/{command,evaluation.json,...}.
#   SEEDS   which seeds               (1 2 3)
#   TRAIN   options of every training (such as "--device cuda --libtorch FOLDER")
#   LINR    what runs linr
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
LINR=${LINR:-dotnet $here/src/Cli/bin/Release/net10.0/linr.dll}
out=${1:?OUT} ; shift

one() { # seed, kind, folder, train options
    local seed=$1 kind=$2 folder=$3 name to joint=()
    shift 3
    name=$(basename "$folder")
    to=$out/$name/$kind/$seed
    mkdir -p "$to"
    if [ "$kind" = joint ]; then joint=(--joint); fi
    echo "linr train --data $name $* --rank${joint[*]:+ ${joint[*]}} --seed $seed" > "$to/command"
    # The towers of a seed are trained once: the second run takes them from the checkpoint.
    # shellcheck disable=SC2086 # LINR and TRAIN are several words
    $LINR train --data "$folder" "$@" --rank "${joint[@]}" --seed "$seed" ${TRAIN:-} \
        --checkpoint "$out/$name/towers-$seed" --out "$to/model.linr" --report "$to" --json > "$to/train.json" 2> "$to/log"
    # shellcheck disable=SC2086
    $LINR eval "$to/model.linr" --data "$folder" --seed "$seed" --report "$to" > "$to/table" 2>> "$to/log"
    rm "$to/model.linr"
    echo "$name, $kind, seed $seed:"
    grep -E 'minus|AUC|RMSE' "$to/table" | grep -v outside
}

for seed in ${SEEDS:-1 2 3}; do
    for data in "$@"; do
        # shellcheck disable=SC2086
        for kind in frozen joint; do one "$seed" "$kind" $data; done
    done
done
