#!/usr/bin/env bash
# Chromium and Chinese fonts for the browser test: installs them where apt is there and may, else says what to do.
set -euo pipefail
for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && command -v "$name" >/dev/null; then exit 0; fi
done
root=""
if [ "$(id -u)" != 0 ]; then
    if sudo -n true 2>/dev/null; then root="sudo -n"; else root="no"; fi
fi
if command -v apt-get >/dev/null && [ "$root" != no ]; then
    echo "installing Chromium for the browser test"
    $root apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq chromium fonts-noto-cjk >/dev/null
else
    echo "The browser test needs Chromium and Chinese fonts. Install them: sudo apt-get install chromium fonts-noto-cjk" >&2
    echo "(another browser of the Chromium family: set CHROMIUM to its path)" >&2
    exit 1
fi
