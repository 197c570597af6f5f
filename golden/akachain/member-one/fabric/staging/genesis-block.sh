#!/usr/bin/env bash
# Makes the genesis block of a channel, once for the whole consortium: `channel.sh` says which organization does.
# Where it is made already, nothing happens.
#
#   IDENTITIES=FOLDER bash genesis-block.sh CHANNEL

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

identities
read_channel "${1:-}"
need configtxgen "it is one of Fabric's programs"
[ "$consensus" != kafka ] || fail "with Kafka a channel is created through the system channel, which this does not do"
[ "$makes_genesis_block" = yes ] || fail "another organization makes the genesis block of $channel: join-orderers.sh fetches it"
if [ -s "$block" ]; then
    say "$block is there already"
    exit 0
fi
mkdir -p "$(dirname "$block")"
new=$(mktemp "$block.XXXXXX")
trap 'rm -f "$new"' EXIT
FABRIC_LOGGING_SPEC=${FABRIC_LOGGING_SPEC:-error} configtxgen -configPath "$consortium/channels/$channel" \
    -profile Channel -channelID "$channel" -outputBlock "$new"
mv "$new" "$block"
say "made $block"
