// postgres.js: pipelines everything by itself, prepares every statement, reads array types from the catalog on connecting.
"use strict";

const fs = require("node:fs");
const { pipeline } = require("node:stream/promises");
const { Readable } = require("node:stream");
const postgres = require("postgres");
const { assert, test, run, state, LONG } = require("./tap");
const { VALUES } = require("./values");

async function connected(work, options = {}) {
  const sql = postgres({ ssl: false, max: 1, onnotice: () => {}, ...options }); // the rest comes from PGHOST and its like
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function connecting() {
  for (const [how, ssl] of [["plain", false], ["TLS", { ca: fs.readFileSync(process.env.TEST_CA), checkServerIdentity: () => undefined }]]) {
    test(`connects by ${how}`, () => connected(async (sql) => assert.deepEqual([...(await sql`SELECT 1 AS n`)], [{ n: 1 }]), { ssl }));
    test(`refuses a wrong password by ${how}`, async () =>
      assert.equal(await state(() => connected((sql) => sql`SELECT 1`, { ssl, password: "wrong" })), "28P01"));
  }
  test("refuses an unknown database", async () =>
    assert.equal(await state(() => connected((sql) => sql`SELECT 1`, { database: "nowhere" })), "3D000"));
  test("takes settings at the start", () =>
    connected(async (sql) => assert.equal((await sql`SHOW application_name`)[0].application_name, "js cases"), { connection: { application_name: "js cases" } }));
}

function types() {
  for (const [type, literal, expected] of VALUES) {
    test(`${type} '${literal.slice(0, 20)}'`, () =>
      connected(async (sql) => {
        const [row] = await sql.unsafe(`SELECT '${literal.replaceAll("'", "''")}'::${type} AS v, NULL::${type} AS nothing`);
        assert.deepEqual(row, { v: expected, nothing: null });
        const [back] = await sql.unsafe(`SELECT $1::${type} AS v, $2::${type} AS nothing`, [expected, null]);
        assert.deepEqual(back, { v: expected, nothing: null });
      }));
  }
  test("arrays, whose types come from the catalog", () =>
    connected(async (sql) => {
      const [row] = await sql`SELECT ${[1, 2, 3]}::int[] AS n, ARRAY['a', 'b"c'] AS t, ARRAY[1.5, 2] ::float8[] AS f`;
      assert.deepEqual(row, { n: [1, 2, 3], t: ["a", 'b"c'], f: [1.5, 2] });
      assert.deepEqual([...(await sql`SELECT i FROM generate_series(1, 9) t(i) WHERE i = ANY(${[2, 5, 77]}) ORDER BY i`)], [{ i: 2 }, { i: 5 }]);
    }));
}

function statements() {
  test("statements are sent without waiting", () =>
    connected(async (sql) => {
      const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => sql`SELECT ${n}::int + 1 AS n`));
      assert.deepEqual(answers.map(([row]) => row.n), Array.from({ length: 50 }, (_, n) => n + 1));
    }));
  test("a parameter takes its type from where it stands", () =>
    connected(async (sql) => assert.equal((await sql`SELECT count(*) AS n FROM in_c_sales.orders WHERE id <= ${7}`)[0].n, "7")));
  test("inserts many rows at once", () =>
    connected(async (sql) => {
      await sql`DROP TABLE IF EXISTS js_rows`;
      await sql`CREATE TABLE js_rows (a int, b text)`;
      const rows = Array.from({ length: 300 }, (_, a) => ({ a, b: a % 2 ? null : `row ${a}` }));
      assert.equal((await sql`INSERT INTO js_rows ${sql(rows)}`).count, 300);
      assert.deepEqual([...(await sql`UPDATE js_rows SET b = ${"new"} WHERE a = ${7} RETURNING a, b`)], [{ a: 7, b: "new" }]);
    }));
  test("a cursor", () =>
    connected(async (sql) => {
      let seen = 0;
      for await (const rows of sql`SELECT i FROM generate_series(1, 1000) t(i)`.cursor(97)) seen += rows.length;
      assert.equal(seen, 1000);
    }));
  test("describes a statement", () =>
    connected(async (sql) => {
      const about = await sql`SELECT ${1}::int AS n, 'x'::text AS t`.describe();
      assert.deepEqual(about.types, [23]);
      assert.deepEqual(about.columns.map((column) => [column.name, column.type]), [["n", 23], ["t", 25]]);
    }));
  test("errors tell SQLSTATE and position", () =>
    connected(async (sql) => {
      const error = await sql`SELECT 1 FROM no_such_table`.catch((caught) => caught);
      assert.deepEqual([error.code, error.position], ["42P01", "15"]);
    }));
  test("copies in and out", () =>
    connected(async (sql) => {
      await sql`DROP TABLE IF EXISTS js_copied`;
      await sql`CREATE TABLE js_copied (a int, b text)`;
      await pipeline(Readable.from(["1\tone\n", "2\t\\N\n"]), await sql`COPY js_copied FROM STDIN`.writable());
      let text = "";
      for await (const chunk of await sql`COPY (SELECT * FROM js_copied ORDER BY a) TO STDOUT`.readable()) text += chunk;
      assert.equal(text, "1\tone\n2\t\\N\n");
    }));
}

function transactions() {
  test("a transaction that throws is rolled back", () =>
    connected(async (sql) => {
      await sql`DROP TABLE IF EXISTS js_moved`;
      await sql`CREATE TABLE js_moved (a int)`;
      await sql.begin(async (within) => within`INSERT INTO js_moved VALUES (1)`);
      assert.equal(await state(() => sql.begin(async (within) => {
        await within`INSERT INTO js_moved VALUES (2)`;
        await within`SELECT * FROM no_such_table`;
      })), "42P01");
      assert.deepEqual([...(await sql`SELECT a FROM js_moved`)], [{ a: 1 }]);
    }));
  test("listens", () =>
    connected(async (sql) => {
      let hear;
      const heard = new Promise((resolve) => (hear = resolve));
      await sql.listen("js_channel", hear);
      await sql.notify("js_channel", "hello");
      assert.equal(await heard, "hello");
    }, { max: 2 }));
  test("cancels", () =>
    connected(async (sql) => {
      const query = sql.unsafe(LONG);
      const ended = state(() => query);
      let over = false;
      ended.finally(() => (over = true));
      while (!over) {
        query.cancel(); // of no effect before the statement has begun
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assert.equal(await ended, "57014");
    }));
  test("statement_timeout", () =>
    connected(async (sql) => assert.equal(await state(() => sql.unsafe(LONG)), "57014"), { connection: { statement_timeout: 200 } }));
}

for (const group of [connecting, types, statements, transactions]) group();
run();
