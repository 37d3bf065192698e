#!/bin/sh
# Dumps the database RUNBOOK_DATABASE into BACKUP_DIR before a deployment, and reads the dump's table of contents.
# With an empty name there is none to dump, and it says so. Access as libpq reads it: PGHOST, PGUSER, PGPASSFILE …
set -eu
umask 077
if [ -z "$RUNBOOK_DATABASE" ]; then
    echo "no database is named; nothing was backed up"
    exit 0
fi
if [ -z "${BACKUP_DIR:-}" ]; then
    echo "BACKUP_DIR is not set; say where backups go, or name no database when there is none" >&2
    exit 1
fi
file=$BACKUP_DIR/$RUNBOOK_DATABASE-before-deploy-$(date -u +%Y%m%dT%H%M%SZ).dump
pg_dump --no-password --format=custom --file="$file.part" -- "$RUNBOOK_DATABASE"
entries=$(pg_restore --list -- "$file.part" | grep -c -v '^;' || true)
if [ "$entries" -eq 0 ]; then
    echo "$file.part has no entries; it is no backup" >&2
    exit 1
fi
mv -- "$file.part" "$file"
echo "$file: $(wc -c <"$file") bytes, $entries entries"
