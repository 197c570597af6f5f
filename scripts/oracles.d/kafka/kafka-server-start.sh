#!/bin/sh
# kafka-server-start.sh FILE: the broker, as the script of this name in Kafka's images starts it.
home=$(dirname "$(dirname "$(readlink -f "$0")")")
# The options are words.
# shellcheck disable=SC2086
exec java ${KAFKA_HEAP_OPTS:--Xms128m -Xmx256m} "-Dlogback.configurationFile=$home/logback.xml" -cp "$home/libs/*" \
    kafka.Kafka "$@"
