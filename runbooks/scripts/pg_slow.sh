#!/bin/sh
# Which statements of one database are slow: those running now, those slow on average, and the tables whose statistics
# are old or that are read from end to end. Changes nothing.
set -eu
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5

psql -X -q -v ON_ERROR_STOP=1 -v slower_than="$RUNBOOK_SLOWER_THAN" -P pager=off -P footer=off \
  --dbname="$RUNBOOK_DATABASE" <<'SQL'
DO $$ BEGIN
  IF NOT pg_has_role('pg_read_all_stats', 'MEMBER') THEN
    RAISE EXCEPTION 'role % cannot see the statements of others; a superuser has to: GRANT pg_monitor TO %', current_user, current_user;
  END IF;
END $$;

\echo Running now
SELECT pid, extract(epoch FROM now() - query_start)::int AS seconds, wait_event_type AS "waits for",
       left(regexp_replace(query, '\s+', ' ', 'g'), 80) AS statement
FROM pg_stat_activity
WHERE backend_type = 'client backend' AND datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()
  AND query_start < now() - make_interval(secs => :slower_than)
ORDER BY seconds DESC LIMIT 10;

SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements') AS kept \gset
\if :kept
\echo Slow on average
SELECT s.calls, round(s.mean_exec_time::numeric) AS "mean, ms", round(s.max_exec_time::numeric) AS "worst, ms",
       left(regexp_replace(s.query, '\s+', ' ', 'g'), 80) AS statement
FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
WHERE d.datname = current_database()
ORDER BY s.mean_exec_time DESC LIMIT 10;
\else
\echo No record of past statements: CREATE EXTENSION pg_stat_statements, and name it in shared_preload_libraries.
\endif

\echo Tables to look at
SELECT schemaname || '.' || relname AS "table", n_live_tup AS rows, n_mod_since_analyze AS "changed since ANALYZE",
       coalesce(greatest(last_analyze, last_autoanalyze)::date::text, 'never') AS "ANALYZE",
       seq_scan AS "full reads", coalesce(idx_scan, 0) AS "by index"
FROM pg_stat_user_tables
WHERE n_mod_since_analyze > n_live_tup / 5 OR (n_live_tup > 10000 AND seq_scan > coalesce(idx_scan, 0))
ORDER BY n_live_tup DESC LIMIT 10;
SQL
