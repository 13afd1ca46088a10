#!/bin/sh
# Installs what tests of the whole need and the machine lacks: three browsers, PostgreSQL and Redis from Debian, and the
# pinned driver for two of the browsers. A list that cannot be fetched is tried three times.
set -eu
cd "$(dirname "$0")"
as_root=; [ "$(id -u)" = 0 ] || as_root="sudo -n"
need=
for pair in chromium:chromium firefox-esr:firefox-esr WebKitWebDriver:webkit2gtk-driver xvfb-run:xvfb xauth:xauth node:nodejs npm:npm redis-server:redis-server; do
  command -v "${pair%%:*}" >/dev/null || need="$need ${pair##*:}"
done
command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || need="$need postgresql"
if [ -n "$need" ]; then
  command -v apt-get >/dev/null || { echo "The tests need:$need. Install them; this script knows Debian only." >&2; exit 2; }
  for attempt in 1 2 3; do $as_root apt-get update -qq && break; sleep "$attempt"; done
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq -o Acquire::Retries=3 --no-install-recommends $need fonts-dejavu-core
fi
[ -d node_modules/puppeteer-core ] && [ -d node_modules/axe-core ] || npm ci --no-audit --no-fund
