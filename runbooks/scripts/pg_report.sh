#!/bin/sh
# What a database engineer asks first, in one go: version, sizes, connections, who waits for whom, long transactions,
# replication, and what vacuum left. Changes nothing.
set -eu
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5

psql -X -q -v ON_ERROR_STOP=1 -P pager=off -P footer=off --dbname="$RUNBOOK_DATABASE" <<'SQL'
DO $$ BEGIN
  IF NOT pg_has_role('pg_read_all_stats', 'MEMBER') THEN
    RAISE EXCEPTION 'role % cannot see the sessions of others; a superuser has to: GRANT pg_monitor TO %', current_user, current_user;
  END IF;
END $$;

\t on
\a
SELECT format('%s %s at %s:%s, up since %s, PostgreSQL %s',
              CASE WHEN pg_is_in_recovery() THEN 'replica' ELSE 'primary' END, current_database(),
              coalesce(host(inet_server_addr()), 'a local socket'), coalesce(inet_server_port(), 0),
              to_char(pg_postmaster_start_time() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'), current_setting('server_version'));
SELECT format('cache hits %s %%, %s of %s transactions rolled back, %s deadlocks',
              round(100.0 * blks_hit / nullif(blks_hit + blks_read, 0), 1), xact_rollback, xact_commit + xact_rollback, deadlocks)
FROM pg_stat_database WHERE datname = current_database();
\a
\t off

\echo
\echo Sizes
SELECT datname AS database, pg_size_pretty(pg_database_size(oid)) AS size, age(datfrozenxid) AS "transactions since freeze"
FROM pg_database WHERE datallowconn ORDER BY pg_database_size(oid) DESC LIMIT 5;
SELECT n.nspname || '.' || c.relname AS "largest tables", pg_size_pretty(pg_total_relation_size(c.oid)) AS size,
       s.n_live_tup AS rows, s.n_dead_tup AS "dead rows",
       coalesce(greatest(s.last_vacuum, s.last_autovacuum)::date::text, 'never') AS vacuumed
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_stat_user_tables s ON s.relid = c.oid
ORDER BY pg_total_relation_size(c.oid) DESC LIMIT 5;

\echo Connections
SELECT datname AS database, state, count(*) AS connections
FROM pg_stat_activity WHERE backend_type = 'client backend' GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 10;

\echo Who waits for whom
SELECT pid, array_to_string(pg_blocking_pids(pid), ',') AS "waits for",
       extract(epoch FROM now() - state_change)::int AS seconds, left(regexp_replace(query, '\s+', ' ', 'g'), 70) AS statement
FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0 ORDER BY seconds DESC LIMIT 10;

\echo Longest transactions
SELECT pid, usename AS "user", left(application_name, 16) AS application, state,
       extract(epoch FROM now() - xact_start)::int AS seconds, left(regexp_replace(query, '\s+', ' ', 'g'), 60) AS statement
FROM pg_stat_activity WHERE backend_type = 'client backend' AND xact_start IS NOT NULL AND pid <> pg_backend_pid()
ORDER BY xact_start LIMIT 5;

\echo Replication
SELECT application_name AS replica, state, sync_state AS sync, extract(epoch FROM replay_lag)::int AS "lag, s"
FROM pg_stat_replication;
SELECT slot_name AS slot, active, pg_size_pretty(pg_wal_lsn_diff(
         CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, restart_lsn)) AS "keeps back"
FROM pg_replication_slots;
SELECT extract(epoch FROM now() - pg_last_xact_replay_timestamp())::int AS "this replica is behind, s" WHERE pg_is_in_recovery();

\echo Invalid indexes
SELECT indexrelid::regclass AS index, indrelid::regclass AS "table" FROM pg_index WHERE NOT indisvalid;
SQL
