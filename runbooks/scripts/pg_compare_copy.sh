#!/bin/sh
# The restored copy beside the live database, table by table. Ends with 1 when RUNBOOK_TABLE is not in the copy or has fewer
# than RUNBOOK_LEAST_ROWS rows there: then the backup is not the one to go back to.
set -eu
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5

count() {
  psql -X -q -A -t -F ' ' -v ON_ERROR_STOP=1 --dbname="$1" <<'SQL'
SELECT format('SELECT %L, count(*) FROM %s', c.oid::regclass, c.oid::regclass)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_%temp%'
\gexec
SQL
}

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
count "${RUNBOOK_DATABASE}_restored" | LC_ALL=C sort >"$work/copy"
count "$RUNBOOK_DATABASE" 2>"$work/trouble" | LC_ALL=C sort >"$work/live"
[ ! -s "$work/trouble" ] || echo "The live database could not be counted whole: $(head -n 1 "$work/trouble")"
echo "table, rows in the copy, rows in the live database"
LC_ALL=C join -a 1 -a 2 -e '-' -o 0,1.2,2.2 "$work/copy" "$work/live" | sort -k 2,2nr | head -n 15

rows=$(psql -X -q -A -t -v ON_ERROR_STOP=1 -v schema="$RUNBOOK_SCHEMA" -v table="$RUNBOOK_TABLE" \
  --dbname="${RUNBOOK_DATABASE}_restored" <<'SQL'
SELECT count(*) FROM :"schema".:"table"
SQL
)
echo "$RUNBOOK_SCHEMA.$RUNBOOK_TABLE has $rows rows in the copy; at least $RUNBOOK_LEAST_ROWS are wanted"
[ "$rows" -ge "$RUNBOOK_LEAST_ROWS" ]
