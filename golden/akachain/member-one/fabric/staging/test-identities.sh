#!/usr/bin/env bash
# Makes every identity of the organization with cryptogen, for test networks alone: nobody keeps the keys of authorities in a
# folder. What it makes is laid out as the secret store has it.
#
#   bash test-identities.sh FOLDER
#
# FOLDER/secrets/<secret>/<key>   what the secret store must hold
# FOLDER/admin/{msp,tls}          the organization's administrator
# FOLDER/bindings.yaml            the public certificates, for the bindings beside the blueprint

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

out=${1:-}
[ -n "$out" ] || fail "usage: ${0##*/} FOLDER"
[ ! -e "$out/admin" ] || fail "$out holds identities already"
[ "$intermediate" = no ] || fail "cryptogen makes no intermediate authority"
need cryptogen "it is one of Fabric's programs"
umask 077
mkdir -p "$out"
out=$(cd "$out" && pwd)
made=$out/cryptogen
cryptogen generate --config "$here/crypto-config.yaml" --output "$made" >/dev/null
of_peers=$made/peerOrganizations/$domain
of_orderers=$made/ordererOrganizations/$domain
if [ -f "$here/crypto-config-orderers.yaml" ]; then
    # cryptogen gives all nodes of an organization one role: the orderers are others of the same authorities.
    mkdir -p "$of_orderers"
    cp -R "$of_peers/ca" "$of_peers/tlsca" "$of_peers/msp" "$of_peers/users" "$of_orderers/"
    cryptogen extend --config "$here/crypto-config-orderers.yaml" --input "$made" >/dev/null
fi

# The folder of what cryptogen made for a node.
node() {
    local folder
    for folder in "$of_orderers/orderers" "$of_peers/peers"; do
        if [ -d "$folder/$1.$domain" ]; then
            printf '%s' "$folder/$1.$domain"
            return
        fi
    done
    fail "cryptogen made nothing for $1"
}

lay_msp() { # secret, folder of an MSP
    mkdir -p "$out/secrets/$1"
    cp "$2"/cacerts/*.pem "$out/secrets/$1/cacert.pem"
    cp "$2"/tlscacerts/*.pem "$out/secrets/$1/tlscacert.pem"
    cp "$2"/signcerts/*.pem "$out/secrets/$1/signcert.pem"
    cp "$2"/keystore/* "$out/secrets/$1/key.pem"
}

client=0
while read -r secret kind name _; do
    case $kind in
    '' | '#'*) ;;
    tls)
        folder=$(node "$name")/tls
        mkdir -p "$out/secrets/$secret"
        cp "$folder/server.crt" "$out/secrets/$secret/tls.crt"
        cp "$folder/server.key" "$out/secrets/$secret/tls.key"
        cp "$folder/ca.crt" "$out/secrets/$secret/ca.crt"
        ;;
    client)
        client=$((client + 1))
        lay_msp "$secret" "$of_peers/users/User$client@$domain/msp"
        ;;
    peer | orderer) lay_msp "$secret" "$(node "$name")/msp" ;;
    *) ;;
    esac
done < <(grep -v '^#' "$here/identities.txt")

mkdir -p "$out/admin/tls"
cp -R "$of_peers/users/Admin@$domain/msp" "$out/admin/msp"
cp "$of_peers/users/Admin@$domain/tls/client.crt" "$out/admin/tls/tls.crt"
cp "$of_peers/users/Admin@$domain/tls/client.key" "$out/admin/tls/tls.key"
cp "$of_peers/users/Admin@$domain/tls/ca.crt" "$out/admin/tls/ca.crt"

bind() { # name, file
    printf '%s: |\n' "$1"
    sed 's/^/  /' "$2"
}
{
    bind caCertificate "$of_peers"/msp/cacerts/*.pem
    bind tlsCaCertificate "$of_peers"/msp/tlscacerts/*.pem
    while read -r secret kind name _; do
        if [ "$kind" != orderer ] || [ "$consensus" = kafka ]; then continue; fi
        bind "${name}TlsCertificate" "$(node "$name")/tls/server.crt"
        [ "$consensus" != bft ] || bind "${name}Certificate" "$out/secrets/$secret/signcert.pem"
    done < <(grep -v '^#' "$here/identities.txt")
} >"$out/bindings.yaml"
say "made the identities of $organization in $out"
