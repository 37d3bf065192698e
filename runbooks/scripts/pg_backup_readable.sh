#!/bin/sh
# The backup that a restore would take, RUNBOOK_BACKUP or the newest: whether its checksum holds, pg_restore can read it,
# and what is in it. Changes nothing.
set -eu
cd "${BACKUP_DIR:?set BACKUP_DIR in the environment of the bot to the folder that holds the backups}"

backup=$RUNBOOK_BACKUP
if [ "$backup" = newest ]; then
  backup=$(ls -1 -- "$RUNBOOK_DATABASE".*.dump 2>/dev/null | sort | tail -n 1)
fi
if [ -z "$backup" ] || [ ! -f "$backup" ]; then
  echo "There is no backup ${backup:-of $RUNBOOK_DATABASE} in $BACKUP_DIR." >&2
  exit 1
fi
sha256sum --check --quiet -- "${backup%.dump}.sha256"
contents=$(pg_restore --list -- "$backup")
echo "$backup: $(stat -c %s -- "$backup") bytes, $((($(date +%s) - $(stat -c %Y -- "$backup")) / 60)) min old, its checksum holds"
echo "$contents" | grep -E '^; +(dbname|Dumped from database version|Archive created at)' | sed 's/^; *//'
echo "$(echo "$contents" | grep -c ' TABLE DATA ') tables with data"
