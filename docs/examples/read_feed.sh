#!/bin/sh
# Reads a feed from the beginning, an event a line, until there is none for the moment.
#   DIANCAI=https://diancai.example TOKEN=... sh read_feed.sh SUBSCRIPTION_ID
# Keep the last position in a file of yours, and begin behind it the next time.
set -eu
after=${AFTER:-0}
while :; do
  head=$(mktemp)
  page=$(curl --silent --show-error --fail --dump-header "$head" \
    --header "Authorization: Bearer $TOKEN" \
    "$DIANCAI/api/notify/subscriptions/$1/events?after=$after&limit=100&wait=${WAIT:-0}")
  next=$(sed -n 's/^[Dd]iancai-[Nn]ext-[Aa]fter: *\([0-9]*\).*/\1/p' "$head")
  rm -f "$head"
  [ -z "$page" ] || printf '%s\n' "$page"
  [ "$next" != "$after" ] || break
  after=$next
done
