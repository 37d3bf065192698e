#!/bin/sh
# Keeps what an update could spoil, in BACKUP_DIR: the configuration below /etc, and the version of every package.
set -eu
umask 077
if [ -z "${BACKUP_DIR:-}" ] || ! [ -d "$BACKUP_DIR" ]; then
    echo "BACKUP_DIR is not set or no folder; say where backups go" >&2
    exit 1
fi
file=$BACKUP_DIR/before-updates-$(date -u +%Y%m%dT%H%M%SZ)
dpkg-query --show --showformat '${Package}=${Version}\n' >"$file.packages"
tar --create --gzip --file="$file.etc.tar.gz" --directory=/ -- etc
tar --list --gzip --file="$file.etc.tar.gz" >/dev/null
echo "$file.etc.tar.gz: $(wc -c <"$file.etc.tar.gz") bytes; $file.packages: $(wc -l <"$file.packages") packages"
