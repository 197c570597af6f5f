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

# Steps: named commands whose outcomes are counted. A failed step does not keep the next from running.
step_lines=()
step_failures=0
# The ends of what failed steps said, told once more behind all others: a long log is read from its end.
step_endings=""
readonly ENDING=25 # lines

# Runs a command as a step. It runs beside the shell, in a process group of its own, so that an interruption of the
# shell ends it at once with everything it started.
step() {
    local name=$1 start status=0 outcome=ok said
    shift
    start=$(date +%s)
    printf '\n== %s\n' "$name"
    said=$(mktemp)
    ("$@" 2>&1 | tee "$said") &
    wait "$!" || status=$?
    if ((status != 0)); then
        outcome=FAILED
        step_failures=$((step_failures + 1))
        step_endings+=$(printf '\n\n== %s FAILED; the end of what it said:\n' "$name" && tail -n "$ENDING" "$said")
    fi
    rm -f "$said"
    step_lines+=("$(printf '%-6s %5s s  %s' "$outcome" "$(since "$start")" "$name")")
}

# Readies the shell for steps: an interruption ends what runs.
start_steps() {
    set -m
    trap end_jobs EXIT
    trap 'exit 130' INT TERM
    all_start=$(date +%s)
}

# Prints what came of every step and ends the script, with 0 if none failed. The counts are the last line.
finish_steps() {
    printf '%s\n' "$step_endings"
    printf '\n%s\n' "in $(since "$all_start") s:"
    printf '%s\n' "${step_lines[@]}"
    printf '%s passed, %s failed\n' "$((${#step_lines[@]} - step_failures))" "$step_failures"
    exit $((step_failures > 0))
}

# akcgen as the tests build it: compiling it once more for its own speed would take longer than all that it does here.
akcgen() { cargo run --quiet --features outside-tools --manifest-path "$root/Cargo.toml" -- "$@"; }

# Compiles a shipped blueprint into its own folder under target/bundles.
build_bundle() {
    local out=$root/target/bundles/$1
    rm -rf "$out"
    akcgen build "$root/blueprints/$1.yaml" --out "$out"
}

# Compiles blueprint $1 of blueprints/boot into target/bundles/boot/$1 with all that its network needs to boot:
# blueprint.yaml, bundle/ and identities/<organization>/. It is built once for the scripts that make the identities, and
# once more with the public certificates of those.
build_network() {
    local out=$root/target/bundles/boot/$1 programs scripts organization
    programs=${FABRIC_BIN:-$("$root/scripts/oracles" path fabric-2.5)}
    rm -rf "$out"
    mkdir -p "$out/bindings" "$out/identities"
    cp "$root/blueprints/boot/$1.yaml" "$out/blueprint.yaml"
    akcgen build "$out/blueprint.yaml" --out "$out/bundle"
    for scripts in "$out"/bundle/*/fabric/*/; do
        organization=${scripts#"$out/bundle/"}
        organization=${organization%%/*}
        PATH=$programs:$PATH bash "$scripts/test-identities.sh" "$out/identities/$organization"
        cp "$out/identities/$organization/bindings.yaml" "$out/bindings/$organization.$(basename "$scripts").yaml"
    done
    akcgen build "$out/blueprint.yaml" --out "$out/bundle"
    for scripts in "$out"/bundle/*/fabric/*/; do
        [[ -d $scripts/system-channel ]] || continue
        organization=${scripts#"$out/bundle/"}
        PATH=$programs:$PATH IDENTITIES=$out/identities/${organization%%/*} bash "$scripts/system-channel.sh"
    done
}

# Compiles akachain's blueprint into target/bundles/upgrade as it is (before), after the change of an ordinary day with
# something new and something gone (after), and with a larger volume (grown).
build_upgrade() {
    local out=$root/target/bundles/upgrade version
    rm -rf "$out"
    mkdir -p "$out"
    cp "$root/blueprints/allocations.yaml" "$out/"
    cp "$root/blueprints/akachain.yaml" "$out/before.yaml"
    change "$out/before.yaml" "$out/after.yaml" \
        's|^name: akachain$|&\nversion: 1.1.0|' \
        's|akachain/dapp:1.4.0|akachain/dapp:1.5.0|' \
        's|akachain/reports:1.1.0|akachain/reports:1.2.0|' \
        's|resources: {cpu: 500m, memory: 512Mi}|resources: {cpu: 400m, memory: 768Mi}|' \
        's|\[198.51.100.128/25\]|[198.51.100.0/24]|' \
        's|autoscaling: {maximum: 6}|autoscaling: {maximum: 7}|' \
        '/payments-api:$/,/probe:/s|autoscaling: {maximum: 4}|replicas: 3|' \
        '/notifications:$/,/reads:/s|exposure: none|exposure: [portal]|'
    change "$out/before.yaml" "$out/grown.yaml" 's|size: 20Gi|size: 30Gi|'
    for version in before after grown; do
        akcgen build "$out/$version.yaml" --out "$out/$version"
    done
}

# Writes file $1 to $2, changed by sed's commands in the further arguments, each of which must change something.
change() {
    local from=$1 to=$2 command
    shift 2
    cp "$from" "$to"
    for command; do
        cp "$to" "$to.unchanged"
        sed -i "$command" "$to"
        if cmp -s "$to" "$to.unchanged"; then fail "$from: nothing is changed by $command"; fi
    done
    rm "$to.unchanged"
}

# Compiles the consortia that the bench measures, of the given numbers of organizations, into target/bundles/generated.
build_generated() {
    local out=$root/target/bundles/generated organizations
    rm -rf "$out"
    mkdir -p "$out"
    for organizations; do
        # As the tests build it: the bench's own profile would compile everything once more.
        cargo bench --quiet --profile dev --features outside-tools --manifest-path "$root/Cargo.toml" \
            --bench consortium -- generate "$organizations" >"$out/$organizations.yaml"
        akcgen build "$out/$organizations.yaml" --out "$out/$organizations"
    done
}

# Compiles $1 blueprints made at random along the schema into target/bundles/random.
build_random() {
    local out=$root/target/bundles/random
    rm -rf "$out"
    mkdir -p "$out"
    PYTHONPATH=$root/scripts/proofs python3 -m lib.random_bundles "$root/target/debug/akcgen" "$out" "$1"
}
