#!/bin/sh
# Creates the roles that the backup RUNBOOK_BACKUP (or the newest) needs and this server does not have, with their attributes
# and memberships. Roles that are here stay as they are. No backup holds passwords: they are set by hand afterwards.
set -eu
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5
cd "${BACKUP_DIR:?set BACKUP_DIR in the environment of the bot to the folder that holds the backups}"

backup=$RUNBOOK_BACKUP
[ "$backup" != newest ] || backup=$(ls -1 -- "$RUNBOOK_DATABASE".*.dump | sort | tail -n 1)
roles="${backup%.dump}.roles.sql"
if [ ! -f "$roles" ]; then
  echo "there is no $roles; create the owners of the tables by hand before you go on"
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
psql -X -q -A -t -v ON_ERROR_STOP=1 --dbname=postgres -c 'SELECT quote_ident(rolname) FROM pg_roles' >"$work/here"
awk '
  NR == FNR { here[$0] = 1; next }
  /^CREATE ROLE / { name = $0; sub(/^CREATE ROLE /, "", name); sub(/;$/, "", name); if (!(name in here)) { made[name] = 1; print } next }
  /^ALTER ROLE / { rest = $0; sub(/^ALTER ROLE /, "", rest); for (name in made) if (index(rest, name " ") == 1) { print; next } }
  /^GRANT / { for (name in made) if (index($0, " TO " name " ") || index($0, " TO " name ";")) { print; next } }
' "$work/here" "$roles" >"$work/missing"
psql -X -q -v ON_ERROR_STOP=1 --single-transaction --dbname=postgres --file="$work/missing"
echo "$(grep -c '^CREATE ROLE' "$work/missing") roles created:$(sed -n 's/^CREATE ROLE \(.*\);$/ \1/p' "$work/missing" | tr -d '\n')"
