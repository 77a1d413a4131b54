"""What Sentry's own ingestion finds wrong with the events and transactions on standard input (a JSON list): a JSON list
with one entry for each. Run in the monitoring environment."""

import json
import sys

from sentry_relay.processing import StoreNormalizer


def errors_of(payload):
    try:
        result = StoreNormalizer(project_id=1).normalize_event(payload)
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]
    return [{key: error.get(key) for key in ("type", "name", "value", "reason")} for error in result.get("errors") or []]


json.dump([errors_of(payload) for payload in json.load(sys.stdin)], sys.stdout)
