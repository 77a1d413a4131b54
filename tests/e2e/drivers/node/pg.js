// node-postgres: pg, pg-cursor, pg-query-stream, pg-copy-streams.
"use strict";

const { pipeline } = require("node:stream/promises");
const { Readable, Writable } = require("node:stream");
const { Client, Pool, Query } = require("pg");
const Cursor = require("pg-cursor");
const QueryStream = require("pg-query-stream");
const copy = require("pg-copy-streams");
const { assert, test, run, state, LONG } = require("./tap");
const { VALUES } = require("./values");

async function connected(work, options = {}) {
  const client = new Client({ ssl: false, ...options }); // the rest comes from PGHOST and its like
  client.on("error", () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const value = async (client, ...query) => Object.values((await client.query(...query)).rows[0])[0];

function connecting() {
  for (const [how, ssl] of [["plain", false], ["TLS", { ca: require("node:fs").readFileSync(process.env.TEST_CA) }]]) {
    test(`connects by ${how}`, () => connected(async (client) => assert.equal(await value(client, "SELECT 1 AS n"), 1), { ssl }));
    test(`refuses a wrong password by ${how}`, async () =>
      assert.equal(await state(() => connected(() => {}, { ssl, password: "wrong" })), "28P01"));
  }
  test("refuses an unknown database", async () =>
    assert.equal(await state(() => connected(() => {}, { database: "nowhere" })), "3D000"));
  test("takes settings at the start", () =>
    connected(async (client) => {
      assert.equal(await value(client, "SHOW statement_timeout"), "54321ms");
      assert.equal(await value(client, "SHOW application_name"), "node cases");
    }, { statement_timeout: 54321, application_name: "node cases" }));
  test("a pool serves many at once", async () => {
    const pool = new Pool({ ssl: false, max: 4 });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => pool.query("SELECT $1::int AS n", [n])));
    assert.deepEqual(answers.map((answer) => answer.rows[0].n), Array.from({ length: 20 }, (_, n) => n));
    await pool.end();
  });
}

function types() {
  for (const [type, literal, expected] of VALUES) {
    test(`${type} '${literal.slice(0, 20)}'`, () =>
      connected(async (client) => {
        const quoted = literal.replaceAll("'", "''");
        assert.deepEqual(await value(client, `SELECT '${quoted}'::${type} AS v`), expected);
        assert.deepEqual(await value(client, `SELECT $1::${type} AS v`, [expected]), expected);
        assert.equal(await value(client, `SELECT $1::${type} AS v`, [null]), null);
      }));
  }
  test("binary results", () =>
    connected(async (client) => {
      // Not more than this: node-postgres 8 reads binary values as UTF-8 first.
      const { rows } = await client.query({ text: "SELECT true AS b, $1::int AS n, 'x'::text AS t, NULL::int AS nothing", values: [7], binary: true });
      assert.deepEqual(rows, [{ b: true, n: 7, t: "x", nothing: null }]);
    }));
  test("arrays", () =>
    connected(async (client) => {
      assert.deepEqual(await value(client, "SELECT ARRAY[1, NULL, -3]::int[] AS v"), [1, null, -3]);
      assert.deepEqual(await value(client, "SELECT $1::text[] AS v", [["a", "", 'b"c', null, "{x,y}"]]), ["a", "", 'b"c', null, "{x,y}"]);
      assert.deepEqual((await client.query("SELECT i FROM generate_series(1, 9) t(i) WHERE i = ANY($1) ORDER BY i", [[2, 5, 77]])).rows.map((row) => row.i), [2, 5]);
    }));
  test("columns tell their types and names", () =>
    connected(async (client) => {
      const { fields } = await client.query("SELECT 1::smallint AS a, 'x'::text AS b, 1.25::numeric(7,3) AS c, true AS d");
      assert.deepEqual(fields.map((field) => [field.name, field.dataTypeID]), [["a", 21], ["b", 25], ["c", 1700], ["d", 16]]);
    }));
}

function statements() {
  test("a named statement runs many times", () =>
    connected(async (client) => {
      for (let n = 0; n < 10; n++) {
        assert.equal(await value(client, { name: "plus", text: "SELECT $1::int + 1 AS n", values: [n] }), n + 1);
      }
    }));
  test("a parameter takes its type from where it stands", () =>
    connected(async (client) => {
      assert.equal(await value(client, "SELECT $1 + 10 AS n", [5]), 15);
      assert.equal(await value(client, "SELECT count(*) AS n FROM in_c_sales.orders WHERE id <= $1", [7]), "7");
    }));
  test("queries wait in line", () =>
    connected(async (client) => {
      const answers = await Promise.all([1, 2, 3].map((n) => client.query("SELECT $1::int AS n", [n])));
      assert.deepEqual(answers.map((answer) => answer.rows[0].n), [1, 2, 3]);
    }));
  test("several statements in one", () =>
    connected(async (client) => {
      const results = await client.query("SELECT 1 AS n; SELECT 2 AS n");
      assert.deepEqual(results.map((result) => result.rows[0].n), [1, 2]);
    }));
  test("counts rows and returns them", () =>
    connected(async (client) => {
      await client.query("DROP TABLE IF EXISTS node_counted");
      await client.query("CREATE TABLE node_counted (a int, b text)");
      assert.equal((await client.query("INSERT INTO node_counted SELECT i, 'x' FROM generate_series(1, 10) t(i)")).rowCount, 10);
      const updated = await client.query("UPDATE node_counted SET b = $1 WHERE a > $2 RETURNING a", ["y", 8]);
      assert.deepEqual([updated.command, updated.rowCount, updated.rows.length], ["UPDATE", 2, 2]);
    }));
  test("errors tell SQLSTATE, position and severity", () =>
    connected(async (client) => {
      const error = await client.query("SELECT 1 FROM no_such_table").catch((caught) => caught);
      assert.deepEqual([error.code, error.position, error.severity], ["42P01", "15", "ERROR"]);
      assert.equal(await value(client, "SELECT 1 AS n"), 1);
    }));
}

function portions() {
  test("a cursor fetches in portions", () =>
    connected(async (client) => {
      const cursor = client.query(new Cursor("SELECT i FROM generate_series(1, 1000) t(i) WHERE i > $1", [10]));
      let seen = 0;
      for (let rows = await cursor.read(97); rows.length; rows = await cursor.read(97)) seen += rows.length;
      await cursor.close();
      assert.equal(seen, 990);
    }));
  test("a cursor closed early leaves the connection usable", () =>
    connected(async (client) => {
      const cursor = client.query(new Cursor("SELECT i FROM generate_series(1, 100000) t(i)"));
      assert.equal((await cursor.read(5)).length, 5);
      await cursor.close();
      assert.equal(await value(client, "SELECT 1 AS n"), 1);
    }));
  test("a stream of rows", () =>
    connected(async (client) => {
      let sum = 0n;
      for await (const row of client.query(new QueryStream("SELECT i FROM generate_series(1, 20000) t(i)", [], { batchSize: 500 }))) sum += BigInt(row.i);
      assert.equal(sum, 200010000n);
    }));
}

function copying() {
  const table = "DROP TABLE IF EXISTS node_copied; CREATE TABLE node_copied (a int, b text)";
  test("copies in and out", () =>
    connected(async (client) => {
      await client.query(table);
      const input = client.query(copy.from("COPY node_copied FROM STDIN"));
      await pipeline(Readable.from(Array.from({ length: 5000 }, (_, n) => `${n}\t${n % 3 ? "row " + n : "\\N"}\n`)), input);
      assert.equal(input.rowCount, 5000);
      let text = "";
      await pipeline(client.query(copy.to("COPY (SELECT * FROM node_copied WHERE a < 3 ORDER BY a) TO STDOUT")), new Writable({ write: (chunk, _, done) => ((text += chunk), done()) }));
      assert.equal(text, "0\t\\N\n1\trow 1\n2\trow 2\n");
    }));
  test("a bad row fails the COPY and nothing more", () =>
    connected(async (client) => {
      await client.query(table);
      assert.equal(await state(() => pipeline(Readable.from(["1\tone\n", "x\ttwo\n"]), client.query(copy.from("COPY node_copied FROM STDIN")))), "22P02");
      assert.equal(await value(client, "SELECT count(*) AS n FROM node_copied"), "0");
    }));
}

function transactions() {
  test("an error fails the transaction until it is rolled back", () =>
    connected(async (client) => {
      await client.query("DROP TABLE IF EXISTS node_moved; CREATE TABLE node_moved (a int)");
      await client.query("BEGIN");
      await client.query("INSERT INTO node_moved VALUES (1)");
      assert.equal(await state(() => client.query("SELECT * FROM no_such_table")), "42P01");
      assert.equal(await state(() => client.query("SELECT 1")), "25P02");
      await client.query("ROLLBACK");
      assert.equal(await value(client, "SELECT count(*) AS n FROM node_moved"), "0");
    }));
  test("notifies", () =>
    connected((sender) => connected(async (listener) => {
      const heard = new Promise((resolve) => listener.once("notification", resolve));
      await listener.query("LISTEN node_channel");
      await sender.query("SELECT pg_notify('node_channel', 'hello')");
      const { channel, payload } = await heard;
      assert.deepEqual([channel, payload], ["node_channel", "hello"]);
    })));
}

function ending() {
  test("statement_timeout", () =>
    connected(async (client) => {
      assert.equal(await state(() => client.query(LONG)), "57014");
      assert.equal(await value(client, "SELECT 1 AS n"), 1);
    }, { statement_timeout: 200 }));
  test("cancels", () =>
    connected(async (client) => {
      let over = false;
      const query = new Query(LONG, (error) => (over = error.code));
      client.query(query);
      while (!over) {
        new Client({ ssl: false }).cancel(client, query); // a cancel request of no effect before the statement has begun
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assert.equal(over, "57014");
      assert.equal(await value(client, "SELECT 1 AS n"), 1);
    }));
}

for (const group of [connecting, types, statements, portions, copying, transactions, ending]) group();
run();
