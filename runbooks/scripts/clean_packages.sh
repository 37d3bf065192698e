#!/bin/sh
# Empties the cache of downloaded packages, of whichever package manager is here. What is installed stays.
set -eu

if command -v apt-get >/dev/null; then
  exec apt-get clean
elif command -v dnf >/dev/null; then
  exec dnf clean packages
elif command -v apk >/dev/null; then
  exec apk cache clean
fi
echo "no known package manager here"
