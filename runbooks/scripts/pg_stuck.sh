#!/bin/sh
# The sessions of one database that have been at the same statement, or idle inside a transaction, for longer than
# RUNBOOK_OLDER_THAN seconds, and what would become of each. Changes nothing.
set -eu
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5

psql -X -q -v ON_ERROR_STOP=1 -v older_than="$RUNBOOK_OLDER_THAN" -P pager=off -P footer=off \
  --dbname="$RUNBOOK_DATABASE" <<'SQL'
DO $$ BEGIN
  IF NOT pg_has_role('pg_read_all_stats', 'MEMBER') THEN
    RAISE EXCEPTION 'role % cannot see the sessions of others; a superuser has to: GRANT pg_monitor TO %', current_user, current_user;
  END IF;
END $$;

SELECT pid, usename AS "user", left(application_name, 16) AS application,
       CASE state WHEN 'active' THEN 'active' WHEN 'idle in transaction' THEN 'idle in tx' ELSE state END AS state,
       extract(epoch FROM now() - CASE state WHEN 'active' THEN query_start ELSE state_change END)::int AS seconds,
       nullif(array_to_string(pg_blocking_pids(pid), ','), '') AS "waits for",
       (SELECT count(*) FROM pg_stat_activity b WHERE a.pid = ANY (pg_blocking_pids(b.pid))) AS "holds up",
       CASE WHEN application_name IN ('plantao', 'pg_dump', 'pg_restore', 'pg_basebackup', 'vacuumdb', 'reindexdb')
              OR pid IN (SELECT pid FROM pg_stat_progress_create_index UNION SELECT pid FROM pg_stat_progress_vacuum
                         UNION SELECT pid FROM pg_stat_progress_cluster)
            THEN 'left alone'
            WHEN (SELECT rolsuper FROM pg_roles WHERE oid = usesysid) AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
            THEN 'a superuser''s' ELSE 'ended' END AS "is",
       left(regexp_replace(query, '\s+', ' ', 'g'), 60) AS statement
FROM pg_stat_activity a
WHERE backend_type = 'client backend' AND datname = current_database() AND pid <> pg_backend_pid()
  AND state <> 'idle'
  AND CASE state WHEN 'active' THEN query_start ELSE state_change END < now() - make_interval(secs => :older_than)
ORDER BY seconds DESC
LIMIT 20;
SQL
