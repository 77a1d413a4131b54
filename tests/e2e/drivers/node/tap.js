// Runs cases one after the other and reports each as a line of the Test Anything Protocol.
"use strict";

const assert = require("node:assert/strict");

const cases = [];

function test(name, body) {
  cases.push({ name, body });
}

async function run() {
  let number = 0;
  for (const { name, body } of cases) {
    number++;
    try {
      await body();
      console.log(`ok ${number} - ${name}`);
    } catch (error) {
      console.log(`not ok ${number} - ${name}`);
      for (const line of String(error.stack || error).split("\n").slice(0, 12)) console.log(`# ${line}`);
    }
  }
  console.log(`1..${number}`);
  process.exit(0);
}

/** The SQLSTATE that the work fails with. */
async function state(work) {
  try {
    await work();
  } catch (error) {
    return error.code;
  }
  assert.fail("succeeded, though it should have failed");
}

/** A statement that would run for hours. */
const LONG = "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b WHERE a % 7 = b % 11";

module.exports = { assert, test, run, state, LONG };
