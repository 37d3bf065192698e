#!/bin/sh
# Drops the database DATABASE_verify, if it is the scratch copy of a trial restore. One that anybody else made stays.
set -eu
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5

psql -X -q -v ON_ERROR_STOP=1 -v scratch="${RUNBOOK_DATABASE}_verify" --dbname=postgres <<'SQL'
SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database
WHERE datname = :'scratch' AND shobj_description(oid, 'pg_database') LIKE 'scratch copy for verify-backup%'
\gexec
SQL
