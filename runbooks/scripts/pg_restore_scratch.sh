#!/bin/sh
# Restores a backup (RUNBOOK_BACKUP, or the newest) into a database of its own, DATABASE_verify, and notes there which one
# and how many seconds it took. One that a former trial left is dropped first, if it is certain to be one.
set -eu
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5
cd "${BACKUP_DIR:?set BACKUP_DIR in the environment of the bot to the folder that holds the backups}"

backup=$RUNBOOK_BACKUP
[ "$backup" != newest ] || backup=$(ls -1 -- "$RUNBOOK_DATABASE".*.dump | sort | tail -n 1)
sha256sum --check --quiet -- "${backup%.dump}.sha256"

scratch="${RUNBOOK_DATABASE}_verify"
sql() {
  psql -X -q -A -t -v ON_ERROR_STOP=1 -v scratch="$scratch" --dbname=postgres "$@"
}
sql <<'SQL'
SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database
WHERE datname = :'scratch' AND shobj_description(oid, 'pg_database') LIKE 'scratch copy for verify-backup%' \gexec
CREATE DATABASE :"scratch" TEMPLATE template0;
COMMENT ON DATABASE :"scratch" IS 'scratch copy for verify-backup';
SQL
began=$(date +%s)
pg_restore --exit-on-error --no-owner --no-privileges --jobs=2 --dbname="$scratch" -- "$backup"
took=$(($(date +%s) - began))
sql -v note="scratch copy for verify-backup: $backup in $took s" <<'SQL'
COMMENT ON DATABASE :"scratch" IS :'note';
SQL
echo "$backup restored into $scratch in $took s"
