#!/usr/bin/env bash
# Makes the genesis block of a channel, once for the whole consortium: `channel.sh` says which organization does. With Kafka
# it has the orderers make it, by a transaction of the system channel. Where it is made already, nothing happens.
#
#   IDENTITIES=FOLDER bash genesis-block.sh CHANNEL

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

identities
read_channel "${1:-}"
[ "$makes_genesis_block" = yes ] || fail "another organization makes the genesis block of $channel, from where it is fetched"
need configtxgen "it is one of Fabric's programs"
need peer "it is one of Fabric's programs"
# Of one channel there is one block, whoever made it and wherever.
if PATIENCE=0 fetch_block 2>/dev/null; then
    say "$channel is there already: $block"
    exit 0
fi
if [ "$consensus" != kafka ]; then
    make_block "$block" "$consortium/channels/$channel" -profile Channel -channelID "$channel"
    exit 0
fi
transaction=$(mktemp)
new=$(mktemp)
trap 'rm -f "$transaction" "$new"' EXIT
FABRIC_LOGGING_SPEC=${FABRIC_LOGGING_SPEC:-error} configtxgen -configPath "$consortium/channels/$channel" -profile Channel \
    -channelID "$channel" -outputCreateChannelTx "$transaction"
at_an_orderer channel create --channelID "$channel" --file "$transaction" --outputBlock "$new" >/dev/null ||
    fail "no orderer creates $channel"
mkdir -p "$(dirname "$block")"
mv "$new" "$block"
say "created $channel"
