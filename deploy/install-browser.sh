#!/bin/sh
# The browser tests use the system's Chromium and a font with Chinese glyphs.
set -u
have_browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
have_font=$(fc-list 2>/dev/null | grep -ciE 'wqy|noto.*cjk|source han' || true)
[ -n "$have_browser" ] && [ "${have_font:-0}" -gt 0 ] && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "Installing Chromium and a Chinese font for the browser tests"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        chromium fonts-wqy-zenhei fontconfig poppler-utils >/dev/null
else
    echo "Chromium or a Chinese font is missing; the browser tests will be skipped here" >&2
fi
exit 0
