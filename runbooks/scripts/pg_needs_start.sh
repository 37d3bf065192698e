#!/bin/sh
# Ends with 0 only when the database server answers nobody. One that answers, or that is starting up, must not be started
# again: that cuts every connection, or begins the reading of its log anew.
set -eu

said=$(pg_isready --timeout=5 --dbname=postgres) && state=0 || state=$?
case $state in
2) echo "$said" ;;
0)
  echo "$said: it answers, and nothing was done. Look at the network and at the exporter that watches it" >&2
  exit 1
  ;;
1)
  echo "$said: it is starting up or shutting down, and nothing was done. Wait for it, and read its log meanwhile" >&2
  exit 1
  ;;
*)
  echo "pg_isready could not ask (exit code $state); are PGHOST and PGPORT of the bot's environment right?" >&2
  exit 1
  ;;
esac
