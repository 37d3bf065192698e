#!/bin/sh
# Removes what Docker keeps and nobody uses: images without a container and older than RUNBOOK_IMAGE_HOURS, the build cache,
# and, only when RUNBOOK_VOLUMES says remove, volumes without a container: from Docker 23 on only those without a name, before
# it all of them. A volume may be all that is left of a database.
set -eu

if ! command -v docker >/dev/null; then
  echo "there is no docker here"
  exit 0
fi
docker image prune --all --force --filter "until=${RUNBOOK_IMAGE_HOURS}h"
docker builder prune --force --filter "until=${RUNBOOK_IMAGE_HOURS}h"
if [ "$RUNBOOK_VOLUMES" = remove ]; then
  docker volume prune --force --filter 'label!=keep'
fi
