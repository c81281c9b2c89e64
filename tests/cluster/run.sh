#!/usr/bin/env bash
# From a bare machine to a study on SLURM: installs what is missing, and runs the tests of this folder.
set -euo pipefail
cd "$(dirname "$0")/../.."
bash tests/cluster/install.sh
exec .venv/bin/python -m pytest tests/cluster "$@"
