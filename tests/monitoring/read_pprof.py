"""Parses a gzipped pprof profile on standard input with Google's Protocol Buffers and prints what it says as JSON. The
fields are those of google/pprof's profile.proto. Run in the monitoring environment."""

import gzip
import json
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

INT, UINT, TEXT = "TYPE_INT64", "TYPE_UINT64", "TYPE_STRING"
MESSAGES = {
    "ValueType": {1: ("type", INT), 2: ("unit", INT)},
    "Label": {1: ("key", INT), 2: ("str", INT), 3: ("num", INT), 4: ("num_unit", INT)},
    "Sample": {1: ("location_id", [UINT]), 2: ("value", [INT]), 3: ("label", ["Label"])},
    "Mapping": {1: ("id", UINT), 2: ("memory_start", UINT), 3: ("memory_limit", UINT), 4: ("file_offset", UINT),
                5: ("filename", INT), 6: ("build_id", INT)},
    "Line": {1: ("function_id", UINT), 2: ("line", INT)},
    "Location": {1: ("id", UINT), 2: ("mapping_id", UINT), 3: ("address", UINT), 4: ("line", ["Line"])},
    "Function": {1: ("id", UINT), 2: ("name", INT), 3: ("system_name", INT), 4: ("filename", INT), 5: ("start_line", INT)},
    "Profile": {1: ("sample_type", ["ValueType"]), 2: ("sample", ["Sample"]), 3: ("mapping", ["Mapping"]),
                4: ("location", ["Location"]), 5: ("function", ["Function"]), 6: ("string_table", [TEXT]),
                9: ("time_nanos", INT), 10: ("duration_nanos", INT), 11: ("period_type", "ValueType"), 12: ("period", INT),
                13: ("comment", [INT])},
}


def profile_class():
    file = descriptor_pb2.FileDescriptorProto(name="profile.proto", package="perftools.profiles", syntax="proto3")
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for number, (field, kind) in fields.items():
            repeated, plain = isinstance(kind, list), kind[0] if isinstance(kind, list) else kind
            added = message.field.add(name=field, number=number, label=3 if repeated else 1)
            if plain in MESSAGES:
                added.type, added.type_name = added.TYPE_MESSAGE, f".perftools.profiles.{plain}"
            else:
                added.type = getattr(added, plain)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("perftools.profiles.Profile"))


profile = profile_class().FromString(gzip.decompress(sys.stdin.buffer.read()))
texts = list(profile.string_table)
functions = {function.id: texts[function.name] for function in profile.function}
locations = {location.id: [functions[line.function_id] for line in location.line] for location in profile.location}
assert texts[0] == "" and len(locations) == len(profile.location)
json.dump({"types": [[texts[kind.type], texts[kind.unit]] for kind in profile.sample_type],
           "period": profile.period, "duration": profile.duration_nanos, "time": profile.time_nanos,
           "mappings": [{"file": texts[mapping.filename], "build_id": texts[mapping.build_id],
                         "size": mapping.memory_limit - mapping.memory_start} for mapping in profile.mapping],
           "samples": [{"values": list(sample.value),
                        "functions": [name for number in sample.location_id for name in locations[number]]}
                       for sample in profile.sample]}, sys.stdout)
