#!/bin/sh
# Makes PostgreSQL begin a new log file. It keeps its own logs only with logging_collector; else its runtime has them.
set -eu
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5

if [ "$RUNBOOK_POSTGRES" != rotate ]; then
  echo "left alone, since postgres is $RUNBOOK_POSTGRES"
  exit 0
fi
psql -X -q -A -t -v ON_ERROR_STOP=1 --dbname="$RUNBOOK_DATABASE" <<'SQL'
SELECT current_setting('logging_collector')::bool AS own_logs \gset
\if :own_logs
SELECT 'was ' || pg_current_logfile();
SELECT CASE WHEN pg_rotate_logfile() THEN 'asked for a new one' ELSE 'refused' END;
\else
DO $$ BEGIN RAISE EXCEPTION 'logging_collector is off: the server''s log belongs to its runtime (journald, docker), rotate it there'; END $$;
\endif
SQL
