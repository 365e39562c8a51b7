#!/bin/sh
# Brings both databases of the Temporal server to the schema of this image's release; does nothing where they are.
set -eu
SQL_PASSWORD="$(cat /run/secrets/temporal_postgres)"
export SQL_PASSWORD
for pair in temporal:temporal temporal_visibility:visibility; do
    name="${pair%%:*}"
    set -- --plugin postgres12 --ep postgres --port 5432 --user temporal --db "$name"
    temporal-sql-tool "$@" setup-schema --version 0.0
    temporal-sql-tool "$@" update-schema --schema-dir "/etc/temporal/schema/postgresql/v12/${pair#*:}/versioned"
done
