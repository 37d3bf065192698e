#!/bin/sh
# Makes DATABASE_restored the live database, and keeps the one that was live as DATABASE_before. Nobody may connect to either
# while the names change, and both change in one transaction: there is no moment with half of it done.
set -eu
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5

sql() {
  psql -X -q -A -t -v ON_ERROR_STOP=1 -v live="$RUNBOOK_DATABASE" -v copy="${RUNBOOK_DATABASE}_restored" \
    -v before="${RUNBOOK_DATABASE}_before" --dbname=postgres
}

sql <<'SQL'
DO $$ BEGIN IF pg_is_in_recovery() THEN RAISE EXCEPTION 'this server is a replica; run it against the primary'; END IF; END $$;
SELECT EXISTS (SELECT FROM pg_database WHERE datname = :'copy') AS there \gset
\if :there
\else
DO $$ BEGIN RAISE EXCEPTION 'there is no restored copy (…_restored) to swap in'; END $$;
\endif
SELECT EXISTS (SELECT FROM pg_database WHERE datname = :'before') AS kept \gset
\if :kept
DO $$ BEGIN RAISE EXCEPTION 'a database of the name that the live one would get (…_before) is there; drop or rename it first'; END $$;
\endif
SQL
reopen() {
  sql <<'SQL'
SELECT format('ALTER DATABASE %I WITH ALLOW_CONNECTIONS true', datname)
FROM pg_database WHERE datname IN (:'live', :'copy', :'before') AND NOT datallowconn \gexec
SQL
}
trap reopen EXIT
trap 'exit 1' HUP INT TERM
sql <<'SQL'
SELECT format('ALTER DATABASE %I WITH ALLOW_CONNECTIONS false', datname)
FROM pg_database WHERE datname IN (:'live', :'copy') \gexec
SELECT count(pg_terminate_backend(pid)) || ' connections ended' FROM pg_stat_activity WHERE datname IN (:'live', :'copy');
BEGIN;
SELECT format('ALTER DATABASE %I RENAME TO %I', :'live', :'before') FROM pg_database WHERE datname = :'live' \gexec
ALTER DATABASE :"copy" RENAME TO :"live";
COMMIT;
SQL
echo "${RUNBOOK_DATABASE}_restored is $RUNBOOK_DATABASE now; what was live is kept as ${RUNBOOK_DATABASE}_before"
