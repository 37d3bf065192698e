#!/bin/sh
# Rotates the logs of one logrotate configuration now, whether they are due or not.
set -eu

config="${LOGROTATE_DIR:-/etc/logrotate.d}/$RUNBOOK_CONFIG"
if [ ! -f "$config" ]; then
  echo "There is no $config. Known: $(ls "${LOGROTATE_DIR:-/etc/logrotate.d}" | tr '\n' ' ')" >&2
  exit 1
fi
exec logrotate --verbose --force --state "${LOGROTATE_STATE:-/var/lib/logrotate/status}" "$config"
