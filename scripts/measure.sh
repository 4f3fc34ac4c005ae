#!/usr/bin/env bash
# The retrieval figures of docs/measurements.md, side by side in one run.
#   scripts/measure.sh KORQUAD SQUAD      two folders in BEIR's layout, one right passage for each question
set -euo pipefail
korquad=$1 squad=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=${PYTHON:-.venv/bin/python}
export EMBEDDINGS_MODEL=minilm SASEO_LANG=en DATA_DIR=$work/data

measure() { # NAME CORPUS
    printf '%-28s ' "$1"
    "$python" -m bot eval --corpus "$2" --json |
        "$python" -c 'import json, sys; f = json.load(sys.stdin); print("  ".join(f"{k} {f[k]:.3f}" for k in ("recall@1", "recall@3", "mrr@10", "ms_per_query")))'
}

joined() { # both corpora in one, with the questions of the one that is named
    mkdir -p "$work/$1/qrels"
    cat "$korquad/corpus.jsonl" "$squad/corpus.jsonl" >"$work/$1/corpus.jsonl"
    cp "$2/queries.jsonl" "$work/$1/queries.jsonl"
    cp "$2/qrels/test.tsv" "$work/$1/qrels/test.tsv"
}

measure "Korean" "$korquad"
measure "English" "$squad"
"$python" scripts/perturb.py --corpus "$korquad" --out "$work/unspaced" --unspaced
measure "Korean without spaces" "$work/unspaced"
for seed in 0 1 2 3 4; do
    "$python" scripts/perturb.py --corpus "$squad" --out "$work/typos$seed" --typos 2 --seed "$seed"
    measure "English, two typos, seed $seed" "$work/typos$seed"
done
joined joined-ko "$korquad"
measure "both in one, Korean" "$work/joined-ko"
joined joined-en "$squad"
measure "both in one, English" "$work/joined-en"
