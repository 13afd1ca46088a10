#!/bin/sh
# Installs what the browser tests need and the machine lacks: three browsers from Debian, and the pinned driver for two.
set -eu
cd "$(dirname "$0")"
as_root=; [ "$(id -u)" = 0 ] || as_root="sudo -n"
need=
for pair in chromium:chromium firefox-esr:firefox-esr WebKitWebDriver:webkit2gtk-driver xvfb-run:xvfb xauth:xauth node:nodejs npm:npm; do
  command -v "${pair%%:*}" >/dev/null || need="$need ${pair##*:}"
done
if [ -n "$need" ]; then
  command -v apt-get >/dev/null || { echo "The browser tests need:$need. Install them; this script knows Debian only." >&2; exit 2; }
  $as_root apt-get update -qq
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $need fonts-dejavu-core
fi
[ -d node_modules/puppeteer-core ] && [ -d node_modules/axe-core ] || npm ci --no-audit --no-fund
