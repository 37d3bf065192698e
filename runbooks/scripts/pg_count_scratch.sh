#!/bin/sh
# Counts what a trial restore brought back, table by table; ends with 1 when it holds less than RUNBOOK_LEAST_ROWS in all.
set -eu
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5

psql -X -q -v ON_ERROR_STOP=1 -v least="$RUNBOOK_LEAST_ROWS" -P pager=off -P footer=off --dbname="${RUNBOOK_DATABASE}_verify" <<'SQL'
CREATE TEMP TABLE counted (name text, rows bigint);
SELECT format('INSERT INTO counted SELECT %L, count(*) FROM %s', c.oid::regclass, c.oid::regclass)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_%temp%'
\gexec
SELECT name AS "table", rows FROM counted ORDER BY rows DESC LIMIT 15;
SELECT count(*) AS tables, coalesce(sum(rows), 0) AS rows, coalesce(sum(rows), 0) >= :least AS enough FROM counted \gset
\echo :rows rows in :tables tables
\if :enough
\else
DO $$ BEGIN RAISE EXCEPTION 'the backup holds fewer rows than least_rows: it is not the one that is wanted'; END $$;
\endif
SQL
