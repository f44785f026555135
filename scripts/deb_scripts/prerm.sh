#!/bin/sh
# A daemon is not left with half of its program; after an upgrade it is begun again.
set -e
if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ] && systemctl is-active --quiet nianbao.service; then
    if [ "$1" = upgrade ]; then touch /run/nianbao.was-running; fi
    systemctl stop nianbao.service
fi
