#!/bin/sh
# The server takes its word from the environment alone: it is put there from its file, for this process only.
set -eu
POSTGRES_PWD="$(cat /run/secrets/temporal_postgres)"
export POSTGRES_PWD
exec /etc/temporal/entrypoint.sh
