#!/bin/sh
# Takes pg_create_index.sh back: drops the index that it made, or the invalid one that it left when it failed half-way.
# An index that was there before stays.
set -eu
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5

index=$(printf 'idx_%s_%s' "$RUNBOOK_TABLE" "$RUNBOOK_COLUMNS" | tr ',' '_' | cut -c 1-63)
psql -X -q -v ON_ERROR_STOP=1 -v schema="$RUNBOOK_SCHEMA" -v index="$index" --dbname="$RUNBOOK_DATABASE" <<'SQL'
SET lock_timeout = '2min';
SELECT format('DROP INDEX CONCURRENTLY %I.%I', :'schema', :'index')
FROM pg_index i
WHERE i.indexrelid = to_regclass(format('%I.%I', :'schema', :'index'))
  AND (NOT i.indisvalid OR obj_description(i.indexrelid, 'pg_class') = 'made by the runbook create-index')
\gexec
SQL
