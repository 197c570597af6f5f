#!/bin/sh
# The node, as the entry point of ZooKeeper's image starts it.
set -eu
home=$(dirname "$(dirname "$(readlink -f "$0")")")
if [ ! -f /data/myid ]; then echo "${ZOO_MY_ID:-1}" >/data/myid; fi
exec java -Xmx128m "-Dlogback.configurationFile=$home/logback.xml" -cp "$home/libs/*" \
    org.apache.zookeeper.server.quorum.QuorumPeerMain /conf/zoo.cfg
