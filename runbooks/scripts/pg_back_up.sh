#!/bin/sh
# Writes one database to BACKUP_DIR as DATABASE.TIME.dump (pg_dump's custom format), the roles it needs beside it, and
# their checksums. A backup has its name only when it is whole: pg_restore could read it, and it is on the disk.
# Where a runbook allows an empty name (a deployment without a database), there is nothing to back up, and it says so.
set -eu
umask 077
if [ -z "$RUNBOOK_DATABASE" ]; then
  echo "no database is named; nothing was backed up"
  exit 0
fi
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5
cd "${BACKUP_DIR:?set BACKUP_DIR in the environment of the bot to the folder that holds the backups}"

name="$RUNBOOK_DATABASE.$(date -u +%Y%m%dT%H%M%SZ)"
trap 'rm -f -- "$name.part" "$name.roles.part"' EXIT
trap 'exit 1' HUP INT TERM

pg_dump --format=custom --lock-wait-timeout=60000 --file="$name.part" --dbname="$RUNBOOK_DATABASE"
pg_dumpall --roles-only --no-role-passwords --file="$name.roles.part"
contents=$(pg_restore --list -- "$name.part")
tables=$(echo "$contents" | grep -c ' TABLE DATA ') || true
sync -- "$name.part" "$name.roles.part"
mv -- "$name.roles.part" "$name.roles.sql"
mv -- "$name.part" "$name.dump"
sha256sum -- "$name.dump" "$name.roles.sql" >"$name.sha256"
sync -- "$name.sha256" .

echo "$name.dump"
echo "$(stat -c %s -- "$name.dump") bytes, $tables tables, sha256 $(cut -c 1-16 "$name.sha256" | head -n 1)…"
