#!/usr/bin/env bash
# Installs a chaincode's package on the organization's own peers and approves its definition, where that is not done yet.
# Once enough organizations have, one of them commits it with `commit-chaincode.sh`.
#
#   IDENTITIES=FOLDER bash chaincode.sh CHANNEL CHAINCODE

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

identities
read_channel "${1:-}"
need peer "it is one of Fabric's programs"
read_chaincode "${2:-}"
package=$(mktemp)
trap 'rm -f "$package"' EXIT
base64 --decode "$folder/package.tar.gz.base64" >"$package"
for row in "${own_peers[@]}"; do
    at=${row#* }
    if as_admin lifecycle chaincode queryinstalled --output json 2>/dev/null | grep -qF "\"$package_id\""; then
        say "${row% *} has $package_id already"
    else
        said=$(as_admin lifecycle chaincode install "$package" 2>&1) || [[ $said == *"already successfully installed"* ]] ||
            fail "${row% *} ($at): ${said##*$'\n'}"
        say "${row% *} has $package_id"
    fi
done
at=${own_peers[0]#* }
approved=$(as_admin lifecycle chaincode queryapproved --channelID "$channel" --name "$chaincode" --sequence "$sequence" \
    --output json 2>/dev/null || true)
if [[ $approved == *"\"$package_id\""* ]]; then
    say "$organization has approved $chaincode $version, sequence $sequence, already"
    exit 0
fi
at_an_orderer lifecycle chaincode approveformyorg "${definition[@]}" --package-id "$package_id" --waitForEvent ||
    fail "no orderer takes the approval of $chaincode"
say "$organization approves $chaincode $version, sequence $sequence"
