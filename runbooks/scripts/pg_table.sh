#!/bin/sh
# How a table stands: rows, dead rows, sizes, its last VACUUM and ANALYZE, its indexes and how often each is used.
# Changes nothing.
set -eu
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5

psql -X -q -v ON_ERROR_STOP=1 -v schema="$RUNBOOK_SCHEMA" -v table="$RUNBOOK_TABLE" -P pager=off -P footer=off \
  --dbname="$RUNBOOK_DATABASE" <<'SQL'
SELECT format('%I.%I', :'schema', :'table')::regclass AS "table" \gset
SELECT n_live_tup AS rows, n_dead_tup AS "dead rows", pg_size_pretty(pg_table_size(relid)) AS "table",
       pg_size_pretty(pg_indexes_size(relid)) AS indexes,
       coalesce(to_char(greatest(last_vacuum, last_autovacuum), 'YYYY-MM-DD HH24:MI'), 'never') AS vacuumed,
       coalesce(to_char(greatest(last_analyze, last_autoanalyze), 'YYYY-MM-DD HH24:MI'), 'never') AS analyzed,
       seq_scan AS "full reads", idx_scan AS "by index"
FROM pg_stat_user_tables WHERE relid = :'table'::regclass;
SELECT i.indexrelid::regclass AS index, pg_size_pretty(pg_relation_size(i.indexrelid)) AS size, s.idx_scan AS used,
       CASE WHEN i.indisvalid THEN '' ELSE 'INVALID' END AS state,
       substring(pg_get_indexdef(i.indexrelid) FROM 'USING .*') AS definition
FROM pg_index i LEFT JOIN pg_stat_user_indexes s USING (indexrelid)
WHERE i.indrelid = :'table'::regclass ORDER BY 1;
SELECT pid, extract(epoch FROM now() - xact_start)::int AS seconds, left(application_name, 16) AS application,
       'its transaction keeps dead rows from being removed' AS remark
FROM pg_stat_activity
WHERE backend_xmin IS NOT NULL AND pid <> pg_backend_pid() AND xact_start < now() - interval '5 minutes'
ORDER BY seconds DESC LIMIT 5;
SQL
