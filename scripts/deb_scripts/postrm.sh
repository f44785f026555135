#!/bin/sh
# What is in /srv/nianbao is proof: no command of a package deletes it.
set -e
case "$1" in
    remove)
        rm -rf "$DPKG_ROOT/opt/nianbao" "$DPKG_ROOT/opt/nianbao.before"
        if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
        ;;
    purge)
        echo "/srv/nianbao 中的数据与存证已保留，不再需要时请自行删除 / what is in /srv/nianbao is kept, delete it yourself"
        ;;
esac
