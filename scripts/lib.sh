# Shared by the scripts in this folder; sourced, never run.
# shellcheck shell=bash

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck disable=SC2034 # for those who source this file
readonly root
# Where outside tools live: a cache outside the checkout, which every clone on this machine shares.
AKCGEN_TOOLS=${AKCGEN_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/akcgen/tools}
export AKCGEN_TOOLS
# The checkout stays clean of what Python would cache in it.
export PYTHONDONTWRITEBYTECODE=1
# Tools answer in one language whatever the user's.
export LC_ALL=C.UTF-8

say() { printf '%s\n' "$*" >&2; }
fail() { say "error: $*"; exit 1; }
need() { command -v "$1" >/dev/null || fail "$1 is missing: $2"; }

# The seconds since the epoch second $1.
since() { echo $(($(date +%s) - $1)); }

# Ends every background job with all its children; for `trap ... EXIT` in scripts that `set -m`,
# where each job leads a process group of its own.
end_jobs() {
    local pid
    for pid in $(jobs -p); do
        kill -TERM -- "-$pid" 2>/dev/null || true
    done
    wait
}
