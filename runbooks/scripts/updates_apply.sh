#!/bin/sh
# Installs updates: those for security alone, or all. Changed configuration files stay as they are; the packaged ones lie
# beside them as .dpkg-dist.
set -eu
export DEBIAN_FRONTEND=noninteractive
case $RUNBOOK_WHICH in
security) unattended-upgrade --verbose ;;
all) apt-get --yes --quiet --option Dpkg::Options::=--force-confold --option Dpkg::Options::=--force-confdef upgrade ;;
*)
    echo "$RUNBOOK_WHICH is no choice that is known here" >&2
    exit 1
    ;;
esac
if [ -e /run/reboot-required ]; then echo "the machine waits for a restart; plan one"; fi
