#!/bin/sh
# Roles and databases of an installation, by the superuser. Runs at every start and changes only what differs,
# so a rotated word takes effect here.
set -eu
words="${SECRETS_DIR:-/run/secrets}"
PGPASSWORD="$(cat "$words/postgres_superuser")"
BANJIAN_PASSWORD="$(cat "$words/postgres_banjian")"
TEMPORAL_PASSWORD="$(cat "$words/postgres_temporal")"
export PGPASSWORD BANJIAN_PASSWORD TEMPORAL_PASSWORD
exec psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --file "${1:-/etc/banjian/database.sql}"
