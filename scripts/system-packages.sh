#!/bin/sh
# Installs the programs that some tests need, through apt, where they are missing and this user may.
# Where it may not, says exactly what to install and which tests are skipped meanwhile.
set -u

wanted=""
skipped=""

need() { # command, packages, tests
    command -v "$1" >/dev/null 2>&1 && return
    wanted="$wanted $2"
    skipped="$skipped
  without $1: $3"
}

need soffice "libreoffice-writer-nogui libreoffice-calc-nogui" "reading and writing .doc, .wps and .rtf (tests marked libreoffice)"
need chromium "chromium" "web pages in a real browser"
if ! fc-list 2>/dev/null | grep -qiE 'wqy|noto.*cjk|source ?han'; then
    wanted="$wanted fontconfig fonts-wqy-microhei"
    skipped="$skipped
  without a Chinese font: PDF files, pictures and scans that the tests draw"
fi
if [ -z "$(ls /lib/*/libGL.so.1 /usr/lib/*/libGL.so.1 /usr/lib64/libGL.so.1 2>/dev/null)" ]; then
    wanted="$wanted libgl1 libglib2.0-0"
    skipped="$skipped
  without libGL: reading scans and pictures (tests marked ocr)"
fi
[ -n "$wanted" ] || exit 0

as_root=""
if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then as_root="sudo -n"; else as_root="no"; fi
fi
if [ "$as_root" != "no" ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing:$wanted"
    $as_root apt-get update -q >/dev/null 2>&1
    # shellcheck disable=SC2086
    if DEBIAN_FRONTEND=noninteractive $as_root apt-get install -yq --no-install-recommends $wanted >/dev/null 2>&1; then
        exit 0
    fi
fi
echo "These packages are missing and could not be installed here; ask an administrator to run:"
echo "  apt-get install$wanted"
echo "Until then these tests are skipped:$skipped"
exit 0
