#!/usr/bin/env bash
# The whole story in a real browser against the real binary; screenshots stay in .artefacts/shots.
set -euo pipefail
kefu=$1
cd "$(dirname "$0")/.."
data=$(mktemp -d)
shots=.artefacts/shots
mkdir -p "$shots"
server=""
cleanup() {
    if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
    rm -rf "$data"
}
trap cleanup EXIT
"$kefu" serve --demo --listen 127.0.0.1:0 --data "$data" >"$data/out" 2>"$data/err" &
server=$!
for _ in $(seq 600); do
    if grep -q "Kefu is ready" "$data/out"; then break; fi
    if ! kill -0 "$server" 2>/dev/null; then cat "$data/err" >&2; exit 1; fi
    sleep 0.2
done
chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome)}
if ! DEMO_JSON="$data/demo.json" SHOTS="$PWD/$shots" CHROMIUM="$chromium" node server/ui/e2e/story.mjs; then
    echo "--- the server's log" >&2
    tail -50 "$data/err" >&2
    exit 1
fi
