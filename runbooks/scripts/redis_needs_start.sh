#!/bin/sh
# Ends with 0 only when the cache answers nobody. One that answers, be it with an error, is not down: a restart would empty
# it, begin its loading anew, or lose what it could not save.
set -eu

said=$(timeout 5 redis-cli -h "${REDIS_HOST:-127.0.0.1}" -p "${REDIS_PORT:-6379}" PING 2>&1) && state=0 || state=$?
if [ "$state" -ne 0 ]; then
  case $said in
  *LOADING* | *NOAUTH* | *WRONGPASS* | *NOPERM* | *MISCONF* | *BUSY*) ;; # with -e or AUTH an error ends it too
  *)
    echo "${said:-no answer within 5 s}"
    exit 0
    ;;
  esac
fi
echo "it answers: $said" >&2
case $said in
*LOADING*) echo "It is loading its data, which takes about 10 s a GB. Nothing was done; leave it alone" >&2 ;;
*NOAUTH* | *WRONGPASS* | *NOPERM*) echo "A restart mends no password: set REDISCLI_AUTH in the bot's environment" >&2 ;;
*MISCONF*) echo "It cannot write to its disk, and a restart may lose what it holds: disk-full first" >&2 ;;
*BUSY*) echo "A script holds it up: redis-cli SCRIPT KILL, by hand" >&2 ;;
*) echo "Nothing was done. Look at the network and at the exporter that watches it; cache-diagnosis" >&2 ;;
esac
exit 1
