#!/bin/sh
# Makes the server the primary when it is a replica, and waits until it takes writes. A primary is left as it is.
set -eu
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5

psql -X -q -A -t -v ON_ERROR_STOP=1 --dbname="$RUNBOOK_DATABASE" <<'SQL'
SELECT pg_is_in_recovery() AS replica \gset
\if :replica
SELECT 'a replica; the last transaction that reached it is of ' || coalesce(pg_last_xact_replay_timestamp()::text, 'an unknown time');
SELECT pg_promote(true, 120) AS promoted \gset
\if :promoted
\echo it is the primary now
\else
DO $$ BEGIN RAISE EXCEPTION 'it did not become the primary within two minutes; read its log'; END $$;
\endif
\else
\echo it is a primary already, and was left as it is
\endif
SQL
