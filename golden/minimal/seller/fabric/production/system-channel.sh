#!/usr/bin/env bash
# Makes the genesis block of the system channel, from which orderers with Kafka start, once for the whole consortium: into the
# folder of identities, as the secret that it is. Where it is there already, nothing happens.
#
#   IDENTITIES=FOLDER bash system-channel.sh

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

identities
[ -f "$here/system-channel/configtx.yaml" ] || fail "only the organization that orders with Kafka makes the system channel"
make_block "$IDENTITIES/secrets/system-channel/genesis.block" "$here/system-channel" -profile SystemChannel -channelID system-channel
