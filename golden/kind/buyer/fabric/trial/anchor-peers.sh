#!/usr/bin/env bash
# Tells a channel of the organization's anchor peers, where it does not know them: with Kafka, whose channels begin without any.
#
#   IDENTITIES=FOLDER bash anchor-peers.sh CHANNEL

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

identities
read_channel "${1:-}"
for program in peer configtxgen configtxlator; do need "$program" "it is one of Fabric's programs"; done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
at_an_orderer channel fetch config "$folder/config.block" --channelID "$channel" --bestEffort >/dev/null ||
    fail "no orderer gives the configuration of $channel"
configtxlator proto_decode --input "$folder/config.block" --type common.Block --output "$folder/config.json"
FABRIC_LOGGING_SPEC=${FABRIC_LOGGING_SPEC:-error} configtxgen -configPath "$consortium/channels/$channel" -profile Channel \
    -channelID "$channel" -asOrg "$msp_id" -outputAnchorPeersUpdate "$folder/update"
missing=()
for anchor in "${anchors[@]}"; do
    grep -qF "\"host\": \"${anchor%:*}\"" "$folder/config.json" || missing+=("$anchor")
done
if ((${#missing[@]} == 0)); then
    say "$channel knows the anchor peers of $organization already"
    exit 0
fi
at_an_orderer channel update --channelID "$channel" --file "$folder/update" >/dev/null ||
    fail "no orderer takes the anchor peers of $organization"
say "$channel knows the anchor peers of $organization"
