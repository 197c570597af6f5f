# Shared by the scripts beside it; sourced, never run.
# shellcheck shell=bash

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here
# What organization.sh says, and channel.sh and chaincode.sh of one channel and chaincode; not every script asks for all.
# shellcheck disable=SC2034
organization="" environment="" msp_id="" domain="" consensus="" intermediate="" \
    channel="" makes_genesis_block="" orderers=() own_orderers=() own_peers=() anchors=() members=() chaincodes=() \
    chaincode="" version="" sequence="" package_id="" endorsement=""
# shellcheck source=/dev/null
. "$here/organization.sh"
# What all members share, of the same environment.
consortium=$(cd "$here/../../../consortium/$environment" && pwd)
readonly consortium

say() { printf '%s\n' "$*" >&2; }
fail() { say "error: $*"; exit 1; }
need() { command -v "$1" >/dev/null || fail "$1 is not on PATH: $2"; }

# The folder that holds the organization's identities, outside of the bundle.
identities() {
    [ -n "${IDENTITIES:-}" ] || fail "set IDENTITIES to the folder that holds the identities of $organization"
    [ -d "$IDENTITIES/admin/msp" ] || fail "$IDENTITIES has no admin/msp: make the identities first"
    IDENTITIES=$(cd "$IDENTITIES" && pwd)
}

# Reads what is known of the channel $1.
read_channel() {
    local file=$here/channels/${1:-}/channel.sh
    if [ -z "${1:-}" ] || [ ! -f "$file" ]; then
        fail "usage: ${0##*/} CHANNEL; channels here: $(cd "$here/channels" && printf '%s ' *)"
    fi
    # shellcheck source=/dev/null
    . "$file"
    # The channel's genesis block, once it is made or fetched.
    block=$IDENTITIES/channels/$channel.block
}

# Makes a genesis block with configtxgen unless it is there: its file, the folder of configtx.yaml, more of its options.
make_block() {
    local file=$1 folder=$2 new
    shift 2
    if [ -s "$file" ]; then
        say "$file is there already"
        return 0
    fi
    need configtxgen "it is one of Fabric's programs"
    mkdir -p "$(dirname "$file")"
    new=$(mktemp "$file.XXXXXX")
    if ! FABRIC_LOGGING_SPEC=${FABRIC_LOGGING_SPEC:-error} configtxgen -configPath "$folder" "$@" -outputBlock "$new"; then
        rm -f "$new"
        fail "configtxgen makes no block from $folder/configtx.yaml"
    fi
    mv "$new" "$file"
    say "made $file"
}

# The root of the authority that issues the TLS certificates of an organization.
tls_root() { printf '%s' "$consortium/organizations/$1/msp/tlscacerts/ca.pem"; }

# The `peer` command as the organization's administrator, at one of its own peers or at none.
as_admin() {
    FABRIC_CFG_PATH=$here FABRIC_LOGGING_SPEC=${FABRIC_LOGGING_SPEC:-error} \
        CORE_PEER_LOCALMSPID=$msp_id CORE_PEER_MSPCONFIGPATH=$IDENTITIES/admin/msp CORE_PEER_TLS_ENABLED=true \
        CORE_PEER_TLS_ROOTCERT_FILE=$(tls_root "$organization") CORE_PEER_ADDRESS=${at:-} peer "$@"
}

# For so many seconds an orderer that cannot answer yet is asked again.
PATIENCE=${PATIENCE:-30}

# Runs a command for every orderer in turn until one takes it: with its flags for the orderer's address and authority.
at_an_orderer() {
    local row said="" until=$((SECONDS + PATIENCE))
    while :; do
        for row in "${orderers[@]}"; do
            if said=$(as_admin "$@" --orderer "${row% *}" --tls --cafile "$(tls_root "${row#* }")" 2>&1); then
                [ -z "$said" ] || printf '%s\n' "$said"
                return 0
            fi
        done
        # What none of them has yet may come: a leader, the channel, the orderer itself.
        if ((SECONDS >= until)) || [[ $said != *@(UNAVAILABLE|NOT_FOUND|connect|deadline)* ]]; then
            say "${row% *}: ${said##*$'\n'}"
            return 1
        fi
        sleep 1
    done
}

# Fetches the channel's genesis block unless it is here.
fetch_block() {
    [ ! -s "$block" ] || return 0
    mkdir -p "$(dirname "$block")"
    local new
    new=$(mktemp "$block.XXXXXX")
    # An orderer delivers it before the channel has a leader, which may need orderers that wait for this block.
    if at_an_orderer channel fetch 0 "$new" --channelID "$channel" --bestEffort >/dev/null; then
        mv "$new" "$block"
    else
        rm -f "$new"
        return 1
    fi
}

# Reads what is known of the chaincode $1 of the channel that was read.
read_chaincode() {
    folder=$here/channels/$channel/${1:-}
    if [ -z "${1:-}" ] || [ ! -f "$folder/chaincode.sh" ]; then
        fail "usage: ${0##*/} CHANNEL CHAINCODE; chaincodes of $channel: ${chaincodes[*]}"
    fi
    ((${#own_peers[@]})) || fail "no peer of $organization has a part in $channel"
    # shellcheck source=/dev/null
    . "$folder/chaincode.sh"
    # What every organization must approve alike.
    definition=(--channelID "$channel" --name "$chaincode" --version "$version" --sequence "$sequence")
    [ -z "$endorsement" ] || definition+=(--signature-policy "$endorsement")
    [ ! -f "$folder/collections.json" ] || definition+=(--collections-config "$folder/collections.json")
}
