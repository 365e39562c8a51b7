#!/bin/sh
# The installation's namespace and its search attributes. Runs at every start and adds only what is missing.
# TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and TEMPORAL_RETENTION come from the environment.
set -eu
tries=60
until temporal operator cluster health >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { echo "the Temporal server at $TEMPORAL_ADDRESS does not answer" >&2; exit 1; }
    sleep 2
done
if ! temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$TEMPORAL_RETENTION" >/dev/null
fi
# A new namespace is known to the whole server only after a while.
tries=60
for name in CaseProcedure CaseOffice CaseOpenedOn CaseOutcome; do
    until temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE" 2>/dev/null | grep -qw "$name"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || { echo "search attribute $name could not be made" >&2; exit 1; }
        temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" \
            --name "$name" --type Keyword >/dev/null 2>&1 || sleep 1
    done
done
echo "namespace $TEMPORAL_NAMESPACE is ready"
