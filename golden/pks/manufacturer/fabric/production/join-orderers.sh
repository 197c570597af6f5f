#!/usr/bin/env bash
# Has the organization's own orderers join a channel, those that have not yet. The genesis block is fetched from another
# organization's orderers where this one did not make it.
#
#   IDENTITIES=FOLDER bash join-orderers.sh CHANNEL

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

identities
read_channel "${1:-}"
[ "$consensus" != kafka ] || fail "orderers with Kafka serve every channel that is created"
need osnadmin "it is one of Fabric's programs"
fetch_block || fail "there is no genesis block of $channel yet: the organization that makes it runs genesis-block.sh first, and its orderers join"

forward=""
end_forward() {
    [ -z "$forward" ] || kill "$forward" 2>/dev/null || true
    forward=""
}
trap end_forward EXIT

# Sets `admin` to where the administration of an orderer answers: its own address, or an end of a way through kubectl.
reach() {
    local way=$1 context namespace target port said line=""
    case $way in
    nowhere) fail "nobody may dial the administration of $name: name the ranges of administrators in the blueprint" ;;
    kubectl\ *)
        need kubectl "the orderer stands in a cluster"
        read -r _ context namespace target <<<"$way"
        port=${target#*:}
        said=$(mktemp)
        kubectl --context "$context" --namespace "$namespace" port-forward "service/${target%:*}" ":$port" >"$said" 2>&1 &
        forward=$!
        until line=$(grep -m 1 '^Forwarding from 127' "$said"); do
            kill -0 "$forward" 2>/dev/null || fail "kubectl: $(cat "$said")"
            sleep 0.2
        done
        rm -f "$said"
        line=${line#*:}
        admin=localhost:${line%% *}
        ;;
    *) admin=$way ;;
    esac
}

participation() {
    osnadmin channel "$@" --orderer-address "$admin" --channelID "$channel" --ca-file "$(tls_root "$organization")" \
        --client-cert "$IDENTITIES/admin/tls/tls.crt" --client-key "$IDENTITIES/admin/tls/tls.key" 2>&1
}

for row in "${own_orderers[@]}"; do
    name=${row%% *}
    reach "${row#* }"
    said=$(participation list) || fail "$name ($admin): $said"
    case $said in
    *"Status: 200"*) say "$name has joined already" ;;
    *"Status: 404"*)
        said=$(participation join --config-block "$block") || fail "$name ($admin): $said"
        [[ $said == *"Status: 201"* ]] || fail "$name ($admin): $said"
        say "$name has joined"
        ;;
    *) fail "$name ($admin): $said" ;;
    esac
    end_forward
done
