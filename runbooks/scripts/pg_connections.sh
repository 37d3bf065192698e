#!/bin/sh
# Who holds the server's connections: how many are in use, and by database, application and state. Changes nothing.
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
SELECT format('%s of %s connections in use (%s %%)%s', used, room, used * 100 / room, of_database)
FROM (
  SELECT count(*) AS used,
         current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS room,
         (SELECT ', ' || datname || ' is limited to ' || datconnlimit
          FROM pg_database WHERE datname = current_database() AND datconnlimit >= 0) AS of_database
  FROM pg_stat_activity WHERE backend_type = 'client backend'
) now;
\a
\t off

SELECT datname AS database, usename AS "user", left(application_name, 24) AS application, state,
       count(*) AS connections, max(extract(epoch FROM now() - state_change))::int AS "longest, s"
FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
GROUP BY 1, 2, 3, 4
ORDER BY connections DESC, 6 DESC
LIMIT 15;
SQL
