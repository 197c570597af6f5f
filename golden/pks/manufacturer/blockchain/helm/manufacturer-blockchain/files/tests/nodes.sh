#!/usr/bin/env bash
# Asks every pod behind SERVICE at PORT for HEALTH_PATH, until NODES of them say that they are well; then it ends with 0.
# It needs nothing but what the images of Fabric have. A pod that is not well says why in its answer.
set -u

ask() { # address
  # shellcheck disable=SC2016 # the inner shell expands them
  timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/$1" && printf "GET %s HTTP/1.0\r\n\r\n" "$2" >&3 && cat <&3' \
    "$1" "$PORT" "$HEALTH_PATH" 2>&1
}

for _ in 1 2 3 4 5 6; do
  well=0
  for address in $(getent ahosts "$SERVICE" | cut -d ' ' -f 1 | sort -u); do
    answer=$(ask "$address")
    case $answer in
      HTTP/*" 200 "*) echo "$address is well" && well=$((well + 1)) ;;
      *) echo "$address is not well: ${answer##*$'\r\n'}" ;;
    esac
  done
  if [ "$well" -ge "$NODES" ]; then exit 0; fi
  echo "$well of $NODES are well"
  sleep 10
done
exit 1
