#!/bin/sh
# Ends with 0 when the cache that an alert or a person means (RUNBOOK_HOST, RUNBOOK_PORT; empty: not said) is the one of the
# bot's environment (REDIS_HOST, REDIS_PORT). The password goes to no other: who may post an alert may not choose where to.
set -eu

host=${REDIS_HOST:-127.0.0.1}
port=${REDIS_PORT:-6379}
if [ "${RUNBOOK_HOST:-$host}" != "$host" ] || [ "${RUNBOOK_PORT:-$port}" != "$port" ]; then
  echo "meant is ${RUNBOOK_HOST:-$host}:${RUNBOOK_PORT:-$port}, and the bot's own cache (REDIS_HOST, REDIS_PORT) is $host:$port." \
    "It is looked at by hand, or by a bot of its own" >&2
  exit 1
fi
echo "$host:$port"
