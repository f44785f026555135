#!/bin/sh
# The venv is made of the wheels that the package holds: no index is asked. DPKG_ROOT: where dpkg installs elsewhere.
set -e
HOME_DIR="$DPKG_ROOT/srv/nianbao"
PLACE="$DPKG_ROOT/opt/nianbao"

[ "$1" = configure ] || exit 0

if ! grep -q '^nianbao:' "$DPKG_ROOT/etc/passwd" 2>/dev/null; then
    useradd ${DPKG_ROOT:+--prefix "$DPKG_ROOT"} --system --user-group \
        --home-dir /srv/nianbao --shell /usr/sbin/nologin nianbao
fi

# The one before stays until the new one is whole.
rm -rf "$PLACE.before"
if [ -e "$PLACE" ]; then mv "$PLACE" "$PLACE.before"; fi
if ! python3 "$DPKG_ROOT/usr/lib/nianbao/nianbao.pyz" "$PLACE"; then
    rm -rf "$PLACE"
    if [ -e "$PLACE.before" ]; then mv "$PLACE.before" "$PLACE"; fi
    echo "nianbao 未能安装，原版本未动 / could not be installed, the one before is as it was" >&2
    exit 1
fi
rm -rf "$PLACE.before"

mkdir -p "$HOME_DIR/var" "$HOME_DIR/config/counties"
if [ ! -e "$HOME_DIR/config/nianbao.toml" ]; then
    cp "$DPKG_ROOT/usr/share/doc/nianbao/nianbao.toml" "$HOME_DIR/config/nianbao.toml"
fi
if [ ! -e "$HOME_DIR/secrets.env" ]; then
    install -m 600 /dev/null "$HOME_DIR/secrets.env"
fi
chown -R "$(awk -F: '/^nianbao:/ { print $3 ":" $4 }' "$DPKG_ROOT/etc/passwd")" "$HOME_DIR/var"

if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    if [ -e /run/nianbao.was-running ]; then
        rm -f /run/nianbao.was-running
        systemctl start nianbao.service
    fi
fi
