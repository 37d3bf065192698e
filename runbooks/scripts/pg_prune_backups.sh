#!/bin/sh
# Removes the backups of one database that are older than RUNBOOK_KEEP_DAYS, by the time in their names. The newest
# RUNBOOK_KEEP_LEAST stay whatever their age: a backup that stopped running must not eat the last good one.
set -eu
cd "${BACKUP_DIR:?set BACKUP_DIR in the environment of the bot to the folder that holds the backups}"

oldest=$(date -u -d "$RUNBOOK_KEEP_DAYS days ago" +%Y%m%dT%H%M%SZ)
removed=0
for file in $(ls -1 -- "$RUNBOOK_DATABASE".*.dump | sort -r | tail -n "+$((RUNBOOK_KEEP_LEAST + 1))"); do
  name=${file%.dump}
  if [ "$(printf '%s\n%s\n' "${name##*.}" "$oldest" | sort | head -n 1)" != "$oldest" ]; then
    rm -f -- "$name.dump" "$name.roles.sql" "$name.sha256"
    removed=$((removed + 1))
    echo "removed $name.dump"
  fi
done
echo "$removed removed, $(ls -1 -- "$RUNBOOK_DATABASE".*.dump | wc -l) kept"
