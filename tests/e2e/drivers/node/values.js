// Every type with its literal, as text and as what node-postgres and postgres.js make of it. Numbers wider than 53 bits stay strings.
"use strict";

exports.VALUES = [
  ["boolean", "true", true],
  ["boolean", "false", false],
  ["smallint", "-32768", -32768],
  ["integer", "2147483647", 2147483647],
  ["bigint", "-9223372036854775808", "-9223372036854775808"],
  ["bigint", "9223372036854775807", "9223372036854775807"],
  ["real", "1.5", 1.5],
  ["real", "NaN", NaN],
  ["double precision", "0.1", 0.1],
  ["double precision", "-1.7976931348623157e308", -Number.MAX_VALUE],
  ["double precision", "Infinity", Infinity],
  ["numeric(10,2)", "-12345678.90", "-12345678.90"],
  ["numeric(38,0)", "9".repeat(38), "9".repeat(38)],
  ["numeric(6,4)", "0.0000", "0.0000"],
  ["text", "", ""],
  ["text", "Žluťoučký 🦆 \\ \"q\" 'x'", "Žluťoučký 🦆 \\ \"q\" 'x'"],
  ["varchar", "x", "x"],
  ["bytea", "\\x00ff5c27", Buffer.from("00ff5c27", "hex")],
  ["bytea", "\\x", Buffer.alloc(0)],
  ["timestamptz", "2024-02-29 12:34:56.789+02", new Date("2024-02-29T10:34:56.789Z")],
  ["uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
  ["json", '{"a": [1, null, "b"]}', { a: [1, null, "b"] }],
  ["time", "23:59:59.999999", "23:59:59.999999"],
];
