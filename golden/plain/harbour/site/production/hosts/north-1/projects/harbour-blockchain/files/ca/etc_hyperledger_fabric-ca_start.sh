#!/bin/sh
# Completes the configuration with what must stay secret and starts the server.
set -eu
umask 077

check() { # name, value
  case $2 in
    '' | *[!A-Za-z0-9._~-]*)
      echo "$1 must be made of letters, digits and . _ ~ - alone" >&2
      exit 1
      ;;
  esac
}

check CA_ADMIN_USERNAME "$CA_ADMIN_USERNAME"
check CA_ADMIN_PASSWORD "$CA_ADMIN_PASSWORD"
configuration=$FABRIC_CA_SERVER_HOME/fabric-ca-server-config.yaml
cat /etc/hyperledger/fabric-ca/fabric-ca-server-config.yaml > "$configuration"
# The registry stands last in the file.
printf '  identities:
  - name: "%s"
    pass: "%s"
    type: client
    affiliation: ""
    attrs:
      hf.Registrar.Roles: "*"
      hf.Registrar.DelegateRoles: "*"
      hf.Revoker: true
      hf.IntermediateCA: true
      hf.GenCRL: true
      hf.Registrar.Attributes: "*"
      hf.AffiliationMgr: true
' "$CA_ADMIN_USERNAME" "$CA_ADMIN_PASSWORD" >> "$configuration"

if [ -n "${CA_PARENT_ADDRESS-}" ]; then
  check CA_PARENT_USERNAME "$CA_PARENT_USERNAME"
  check CA_PARENT_PASSWORD "$CA_PARENT_PASSWORD"
  FABRIC_CA_SERVER_INTERMEDIATE_PARENTSERVER_URL=https://$CA_PARENT_USERNAME:$CA_PARENT_PASSWORD@$CA_PARENT_ADDRESS
  export FABRIC_CA_SERVER_INTERMEDIATE_PARENTSERVER_URL
fi
unset CA_ADMIN_PASSWORD CA_PARENT_PASSWORD
exec fabric-ca-server start
