#!/usr/bin/env bash
# Has the organization's own peers join a channel, those that have not yet.
#
#   IDENTITIES=FOLDER bash join-peers.sh CHANNEL

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

identities
read_channel "${1:-}"
need peer "it is one of Fabric's programs"
fetch_block || fail "no orderer gives the genesis block of $channel: they must have joined, and one of them lead"
for row in "${own_peers[@]}"; do
    at=${row#* }
    if as_admin channel list 2>/dev/null | grep -qxF "$channel"; then
        say "${row% *} has joined already"
    else
        said=$(as_admin channel join --blockpath "$block" 2>&1) || fail "${row% *} ($at): ${said##*$'\n'}"
        say "${row% *} has joined"
    fi
done
