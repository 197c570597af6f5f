#!/usr/bin/env bash
# Commits the definition of a chaincode that enough organizations have approved, at peers of those that have. Where it is
# committed already, nothing happens.
#
#   IDENTITIES=FOLDER bash commit-chaincode.sh CHANNEL CHAINCODE

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

identities
read_channel "${1:-}"
need peer "it is one of Fabric's programs"
read_chaincode "${2:-}"
at=${own_peers[0]#* }
committed=$(as_admin lifecycle chaincode querycommitted --channelID "$channel" --name "$chaincode" --output json 2>/dev/null || true)
if [[ $committed =~ \"sequence\":[[:space:]]*([0-9]+) ]] && ((BASH_REMATCH[1] >= sequence)); then
    say "$chaincode is committed already, sequence ${BASH_REMATCH[1]}"
    exit 0
fi
ready=$(as_admin lifecycle chaincode checkcommitreadiness "${definition[@]}" --output json) ||
    fail "$chaincode: its peers do not say who has approved"
endorsers=() missing=()
for row in "${members[@]}"; do
    read -r member name address <<<"$row"
    if [[ $ready =~ \"$member\":[[:space:]]*true ]]; then
        endorsers+=(--peerAddresses "$address" --tlsRootCertFiles "$(tls_root "$name")")
    else
        missing+=("$name")
    fi
done
((${#endorsers[@]})) || fail "no organization has approved $chaincode $version, sequence $sequence"
at_an_orderer lifecycle chaincode commit "${definition[@]}" "${endorsers[@]}" --waitForEvent ||
    fail "$chaincode is not committed; not approved by: ${missing[*]:-none}"
say "$chaincode $version is committed, sequence $sequence"
