#!/usr/bin/env bash
# Installs the SLURM that the tests of this folder run on (Debian and Ubuntu, as root). It starts no service.
set -euo pipefail
export PATH=$PATH:/usr/sbin DEBIAN_FRONTEND=noninteractive
missing=
for program in munged slurmctld slurmd squeue; do
  command -v "$program" >/dev/null || missing=$program
done
[[ -z $missing ]] && exit
if [[ $EUID != 0 ]] || ! command -v apt-get >/dev/null; then
  echo "SLURM is not installed: that takes root and apt-get. Its tests will be skipped." >&2
  exit 1
fi
apt-get update -qq -o Acquire::Retries=1 -o Acquire::http::Timeout=15
apt-get install -qq -y --no-install-recommends slurmctld slurmd slurm-client munge >/dev/null
