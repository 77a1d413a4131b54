"""Parses OTLP requests (a JSON list of base64 bodies on standard input) with OpenTelemetry's own definitions. Run in the
monitoring environment."""

import base64
import json
import sys

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


def value(any_value):
    return getattr(any_value, any_value.WhichOneof("value"))


def attributes(pairs):
    return {pair.key: value(pair.value) for pair in pairs}


out = []
for body in json.load(sys.stdin):
    request = ExportTraceServiceRequest.FromString(base64.b64decode(body))
    for resource_spans in request.resource_spans:
        for scope_spans in resource_spans.scope_spans:
            for span in scope_spans.spans:
                out.append({"resource": attributes(resource_spans.resource.attributes), "scope": scope_spans.scope.name,
                            "trace": span.trace_id.hex(), "id": span.span_id.hex(), "parent": span.parent_span_id.hex(),
                            "name": span.name, "kind": span.kind, "start": span.start_time_unix_nano,
                            "end": span.end_time_unix_nano, "status": span.status.code,
                            "attributes": attributes(span.attributes)})
json.dump(out, sys.stdout)
