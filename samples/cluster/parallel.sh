#!/bin/sh
# sh parallel.sh 各单位 输出
set -u
seq 4 | parallel -q nianbao convert "$1" -o "$2" --jobs 1 --shard {}/4
nianbao merge-manifests "$2"/manifest-*-of-4.jsonl -o "$2"
