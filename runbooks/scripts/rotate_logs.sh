#!/bin/sh
# Rotates the logs of one logrotate configuration now, whether they are due or not, with the settings for all logs that
# stand in logrotate.conf beside the folder: a file that does not say itself how many old logs it keeps would lose them all.
set -eu

folder=${LOGROTATE_DIR:-/etc/logrotate.d}
config=$folder/$RUNBOOK_CONFIG
general=${folder%.d}.conf
if [ ! -f "$config" ]; then
  echo "There is no $config. Known: $(ls "$folder" | tr '\n' ' ')" >&2
  exit 1
fi
if [ ! -f "$general" ]; then
  echo "There is no $general, so how many old logs are kept is not known; nothing was rotated" >&2
  exit 1
fi
settings=$(mktemp)
trap 'rm -f -- "$settings"' EXIT
trap 'exit 1' HUP INT TERM
# Neither what it includes nor the logs that it names itself: only those of the one configuration are to be rotated.
awk '
  inside { if ($1 == "}") inside = 0; next }
  /^[^#]*[{]/ { inside = !/[}][ \t]*$/; next }
  $1 == "include" || /^[ \t]*["\047\/~]/ { next }
  { print }
' "$general" >"$settings"
logrotate --verbose --force --state "${LOGROTATE_STATE:-/var/lib/logrotate/status}" "$settings" "$config"
