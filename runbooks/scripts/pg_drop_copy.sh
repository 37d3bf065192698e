#!/bin/sh
# Takes pg_restore_copy.sh back: drops DATABASE_restored, if it is a copy that was restored here and never was the live one.
set -eu
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5

psql -X -q -v ON_ERROR_STOP=1 -v copy="${RUNBOOK_DATABASE}_restored" --dbname=postgres <<'SQL'
SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database
WHERE datname = :'copy' AND shobj_description(oid, 'pg_database') LIKE 'restored by Plantão%'
\gexec
SQL
