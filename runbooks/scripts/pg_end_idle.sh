#!/bin/sh
# Ends the connections to one database that have been idle, inside a transaction or outside, for longer than
# RUNBOOK_IDLE seconds; of RUNBOOK_APPLICATION alone when that is given. Never the bot's own, a backup's or a replica's.
set -eu
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5

psql -X -q -v ON_ERROR_STOP=1 -v idle="$RUNBOOK_IDLE" -v application="$RUNBOOK_APPLICATION" \
  -P pager=off -P footer=off --dbname="$RUNBOOK_DATABASE" <<'SQL'
DO $$ BEGIN
  IF NOT pg_has_role('pg_signal_backend', 'MEMBER') OR NOT pg_has_role('pg_read_all_stats', 'MEMBER') THEN
    RAISE EXCEPTION 'role % may not end the sessions of others; a superuser has to: GRANT pg_monitor, pg_signal_backend TO %',
      current_user, current_user;
  END IF;
END $$;

SELECT left(application_name, 24) AS application, state, count(*) AS found,
       count(*) FILTER (WHERE mine_to_end AND pg_terminate_backend(pid)) AS ended
FROM (
  SELECT a.*, NOT r.rolsuper OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS mine_to_end
  FROM pg_stat_activity a JOIN pg_roles r ON r.oid = a.usesysid
  WHERE a.backend_type = 'client backend'
    AND a.datname = current_database()
    AND a.state LIKE 'idle%'
    AND a.state_change < now() - make_interval(secs => :idle)
    AND a.application_name NOT IN ('plantao', 'pg_dump', 'pg_restore', 'pg_basebackup')
    AND (:'application' = '' OR a.application_name = :'application')
  OFFSET 0
) idle
GROUP BY 1, 2
ORDER BY 3 DESC;
SQL
