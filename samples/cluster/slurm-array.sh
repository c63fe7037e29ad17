#!/bin/sh
# sbatch slurm-array.sh 各单位 输出
# when all tasks are done:
#   nianbao merge-manifests 输出/manifest-*-of-8.jsonl -o 输出
#SBATCH --job-name=nianbao
#SBATCH --array=0-7
#SBATCH --cpus-per-task=2
#SBATCH --mem=1G
set -u
# The number of tasks in --array; the part comes from SLURM_ARRAY_TASK_ID.
nianbao convert "$1" -o "$2" --shards 8 --jobs "${SLURM_CPUS_PER_TASK:-2}"
# 1 and 3 tell of the reports and not of the run; the merge tells them again.
case $? in 0 | 1 | 3) exit 0 ;; *) exit 1 ;; esac
