#!/bin/sh
# Restores the backup RUNBOOK_BACKUP (or the newest) into a new database, DATABASE_restored, beside the live one, with the
# live one's owner, rights and settings where there is a live one. Nothing that exists is written to.
set -eu
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5
cd "${BACKUP_DIR:?set BACKUP_DIR in the environment of the bot to the folder that holds the backups}"

backup=$RUNBOOK_BACKUP
[ "$backup" != newest ] || backup=$(ls -1 -- "$RUNBOOK_DATABASE".*.dump | sort | tail -n 1)
sha256sum --check --quiet -- "${backup%.dump}.sha256"
copy="${RUNBOOK_DATABASE}_restored"

psql -X -q -A -t -v ON_ERROR_STOP=1 -v live="$RUNBOOK_DATABASE" -v copy="$copy" \
  -v before="${RUNBOOK_DATABASE}_before" -v rejected="${RUNBOOK_DATABASE}_rejected" -v backup="$backup" --dbname=postgres <<'SQL'
SELECT NOT EXISTS (SELECT FROM pg_database WHERE datname = :'before') AS free \gset
\if :free
\else
DO $$ BEGIN RAISE EXCEPTION 'what an earlier restore set aside (…_before) is still there; look at it, then drop or rename it'; END $$;
\endif
-- The undo of the swap needs this name; that it is taken would be found out when it is too late.
SELECT NOT EXISTS (SELECT FROM pg_database WHERE datname = :'rejected') AS free \gset
\if :free
\else
DO $$ BEGIN RAISE EXCEPTION 'what an earlier restore swapped in and took back (…_rejected) is still there; look at it, then drop or rename it'; END $$;
\endif
-- A copy that an earlier run made and nobody swapped in is no loss; any other database of that name is left alone.
SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database
WHERE datname = :'copy' AND shobj_description(oid, 'pg_database') LIKE 'restored by Plantão%' \gexec
SELECT format('CREATE DATABASE %I TEMPLATE template0 OWNER %I ENCODING %L LC_COLLATE %L LC_CTYPE %L%s',
              :'copy', pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate, datctype,
              -- Which columns there are depends on the server's version.
              CASE to_jsonb(d) ->> 'datlocprovider'
                WHEN 'i' THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L', coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'))
                WHEN 'b' THEN format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', to_jsonb(d) ->> 'datlocale')
              END)
FROM pg_database d WHERE datname = :'live'
UNION ALL
SELECT format('CREATE DATABASE %I TEMPLATE template0', :'copy')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'live')
\gexec
SELECT format('COMMENT ON DATABASE %I IS %L', :'copy', 'restored by Plantão from ' || :'backup') \gexec
-- A dump of one database holds neither its rights nor its settings.
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'copy') FROM pg_database WHERE datname = :'live' AND datacl IS NOT NULL
UNION ALL
SELECT format('GRANT %s ON DATABASE %I TO %s%s', g.privilege_type, :'copy',
              CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
              CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
FROM pg_database d, aclexplode(d.datacl) g WHERE d.datname = :'live'
\gexec
SELECT EXISTS (SELECT FROM pg_database WHERE datname = :'live' AND datallowconn) AS live_is_there \gset
\if :live_is_there
\c :"live"
SELECT format('ALTER DATABASE %I SET %I FROM CURRENT', :'copy', split_part(setting, '=', 1))
FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) AS setting
WHERE d.datname = :'live' AND s.setrole = 0
\gexec
SELECT 'Settings of single roles in this database are not carried over: ' || string_agg(pg_get_userbyid(s.setrole), ', ')
FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
WHERE d.datname = :'live' AND s.setrole <> 0 HAVING count(*) > 0;
\endif
SQL
pg_restore --exit-on-error --jobs=2 --dbname="$copy" -- "$backup"
psql -X -q -v ON_ERROR_STOP=1 --dbname="$copy" -c ANALYZE
echo "$backup restored into $copy"
