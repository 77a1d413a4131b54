#include "engine/dialect_tokens.hpp"
#include "engine/engine_test_support.hpp"

#include <gtest/gtest.h>

namespace smew::engine::test {
namespace {

std::string rewritten(std::string_view sql) {
    auto rewriting = rewrite_tokens(sql);
    if (!rewriting) return std::string(rewriting.error().code.text());
    return SourceText(sql, std::move(rewriting->edits)).parsed();
}

TEST(DialectTokensTest, GivesDuckDbFormsItReads) {
    EXPECT_EQ(rewritten("SELECT 1"), "SELECT 1");
    EXPECT_EQ(rewritten("SELECT B'101', x'1F'"), "SELECT ('101'::BIT), ('00011111'::BIT)");
    EXPECT_EQ(rewritten("SELECT U&'d\\0061''t'"), "SELECT 'da''t'");
    EXPECT_EQ(rewritten("SELECT U&'d!0061' UESCAPE '!'"), "SELECT 'da'");
    EXPECT_EQ(rewritten("SELECT U&\"d\\0061\""), "SELECT \"da\"");
    EXPECT_EQ(rewritten("SELECT a OPERATOR(pg_catalog.~) b"), "SELECT a  ~  b");
    EXPECT_EQ(rewritten("SELECT a #>> '{b}', a ? 'c'"), "SELECT a `>> '{b}', a ` 'c'");
    EXPECT_EQ(rewritten("SELECT f(x -> x + 1), a -> 'b'"), "SELECT f(x -> x + 1), a `-> 'b'");
    EXPECT_EQ(rewritten("SELECT * FROM t FOR NO KEY UPDATE OF s.t, u SKIP LOCKED"), "SELECT * FROM t  ");
    EXPECT_EQ(rewritten("SELECT substring(a FROM 1 FOR 2)"), "SELECT substring(a FROM 1 FOR 2)");
    EXPECT_EQ(rewritten("DROP TABLE IF EXISTS a, b.c CASCADE"),
              "DROP TABLE IF EXISTS a CASCADE; DROP TABLE IF EXISTS  b.c CASCADE");
    EXPECT_EQ(rewritten("ALTER TABLE t ADD COLUMN a numeric(4, 2), DROP COLUMN b"),
              "ALTER TABLE t ADD COLUMN a numeric(4, 2); ALTER TABLE t  DROP COLUMN b");
    EXPECT_EQ(rewritten("CREATE TYPE p AS (a int, b text)"), "CREATE TYPE p AS STRUCT(a int, b text)");
    EXPECT_EQ(rewritten("DROP FUNCTION IF EXISTS s.f(int, text)"), "DROP FUNCTION IF EXISTS s.f ");
    EXPECT_EQ(rewritten("SELECT a INTO TEMP t FROM s"), "CREATE TEMP TABLE t AS SELECT a   FROM s");
    EXPECT_EQ(rewritten("INSERT INTO t SELECT 1"), "INSERT INTO t SELECT 1");
    EXPECT_EQ(rewritten("CREATE INDEX ON t (a) WHERE a > 1"), "0A000");
    EXPECT_EQ(rewritten("CREATE MATERIALIZED VIEW v AS SELECT 1"), "0A000");
}

TEST(DialectTokensTest, FloatIsDoublePrecisionWhereItIsAType) {
    EXPECT_EQ(rewritten("SELECT 1::float, CAST(a AS FLOAT), b::float[], float '1'"),
              "SELECT 1::float8, CAST(a AS float8), b::float8[], float8 '1'");
    EXPECT_EQ(rewritten("CREATE TABLE t (float float, a float NOT NULL)"),
              "CREATE TABLE t (float float8, a float8 NOT NULL)");
    EXPECT_EQ(rewritten("ALTER TABLE t ADD COLUMN float float"), "ALTER TABLE t ADD COLUMN float float8");
    EXPECT_EQ(rewritten("ALTER TABLE t ALTER a TYPE float"), "ALTER TABLE t ALTER a TYPE float8");
    EXPECT_EQ(rewritten("PREPARE p (int, float) AS SELECT 1"), "PREPARE p (int, float8) AS SELECT 1");
    for (const char* sql : {"SELECT float FROM (SELECT 1 AS float) t", "SELECT a::float(20)", "SELECT 'float'"})
        EXPECT_EQ(rewritten(sql), sql);
}

TEST(DialectTokensTest, NamesThatOnlyDuckDbReserves) {
    EXPECT_EQ(rewritten("CREATE TABLE t (at date, By text, show int)"),
              "CREATE TABLE t (\"at\" date, \"by\" text, \"show\" int)");
    EXPECT_EQ(rewritten("SELECT at, count(*) FROM t WHERE by = 'x' GROUP BY at ORDER BY at"),
              "SELECT \"at\", count(*) FROM t WHERE \"by\" = 'x' GROUP BY \"at\" ORDER BY \"at\"");
    for (const char* sql : {"SELECT a AT TIME ZONE 'UTC' FROM t", "SELECT * FROM (DESCRIBE t)", "SELECT map([1], [2])",
                            "SELECT sum(a) OVER (PARTITION BY b) FROM t QUALIFY 1 = 1", "SHOW tables"})
        EXPECT_EQ(rewritten(sql), sql);
}

TEST(DialectTokensTest, LeavesTextInQuotesAlone) {
    for (const char* sql : {"SELECT 'a -> ''b'' FOR UPDATE'", "SELECT \"OPERATOR(pg_catalog.~)\"", "SELECT $$B'1'$$",
                            "SELECT 1 -- FOR UPDATE", "SELECT /* # ? */ 1", "SELECT 'unterminated"}) {
        EXPECT_EQ(rewritten(sql), sql);
    }
}

TEST(DialectTokensTest, ScansForWhatWouldBeReadWrongly) {
    EXPECT_TRUE(loses_meaning("SELECT B'1'"));
    EXPECT_TRUE(loses_meaning("SELECT a OPERATOR (pg_catalog.=) b"));
    EXPECT_TRUE(loses_meaning("SELECT a->'b'"));
    EXPECT_FALSE(loses_meaning("INSERT INTO t VALUES (1, 'a'), (2, 'b')"));
    EXPECT_FALSE(loses_meaning("INSERT INTO t VALUES ('group b', 'x'), ('a x', 'R&D')"));
    EXPECT_TRUE(loses_meaning("SELECT 1 -- don't\n, B'1'"));
    EXPECT_TRUE(loses_meaning("SELECT 'b', U&'x'"));
    EXPECT_FALSE(loses_meaning(""));
    EXPECT_FALSE(loses_meaning("'"));
}

TEST(SourceTextTest, PositionsAreOfTheWrittenText) {
    Workspace workspace;
    const auto position = [&](std::string_view sql) {
        const auto prepared = prepare(workspace.connection(), sql);
        return prepared ? 0 : prepared.error().position;
    };
    EXPECT_EQ(position("SELECT nosuch"), 8);
    EXPECT_EQ(position("SELECT B'10101', nosuch"), 18);
    EXPECT_EQ(position("SELECT U&'\\00e9\\00e9', nosuch"), 24);
    EXPECT_EQ(position("SELECT 'é' OPERATOR(pg_catalog.=) nosuch"), 35);
}

class DialectTest : public ::testing::Test {
protected:
    Workspace workspace;
    Connection& db = workspace.connection();
};

TEST_F(DialectTest, DuckDbsOwnRulesHoldInItsDialect) {
    db.set_dialect(Dialect::kDuckDb);
    EXPECT_EQ(value(db, "SELECT 7/2"), "3.500000");
    EXPECT_EQ(value(db, "SELECT 5 % 0"), "NULL");
    EXPECT_EQ(value(db, "SELECT 'abc' ~ 'b'"), "false");
    EXPECT_EQ(value(db, "SELECT 'a%c' LIKE 'a\\%c'"), "false");
    EXPECT_EQ(value(db, "SELECT '[1, 2]'::int[]"), "[1, 2]");
    EXPECT_EQ(value(db, "SELECT generate_series(1, 3)"), "[1, 2, 3]");
    EXPECT_EQ(value(db, "SELECT x FROM (VALUES (1), (NULL)) t(x) ORDER BY x DESC"), "1");
    EXPECT_EQ(code(db, "CREATE TABLE t (a SERIAL)"), "42704");
    EXPECT_EQ(code(db, "SELECT 1 FOR UPDATE"), "42601");
    db.set_dialect(Dialect::kPostgres);
    EXPECT_EQ(value(db, "SELECT 7/2"), "3");
    EXPECT_EQ(value(db, "SELECT x FROM (VALUES (1), (NULL)) t(x) ORDER BY x DESC"), "NULL");
}

TEST_F(DialectTest, PlansFollowTheDialectOfTheSession) {
    auto prepared = prepare(db, "SELECT 7/2").value();
    EXPECT_EQ(read(*prepared).value().at(0).at(0), "3");
    db.set_dialect(Dialect::kDuckDb);
    // The columns it was described with are no longer those it has.
    EXPECT_EQ(read(*prepared).error().code, sqlstate::kFeatureNotSupported);
}

TEST_F(DialectTest, DivisionByZeroIsFoundInColumnsToo) {
    run(db, "CREATE TABLE t AS SELECT i, i - 5000 AS z, CASE WHEN i > 5000 THEN i END AS n FROM range(10000) r(i)")
        .value();
    EXPECT_EQ(code(db, "SELECT sum(i / z) FROM t"), "22012");
    EXPECT_EQ(code(db, "SELECT sum(i % z) FROM t"), "22012");
    EXPECT_EQ(code(db, "SELECT sum(i / z::double) FROM t"), "22012");
    EXPECT_EQ(value(db, "SELECT count(n / z) FROM t"), "4999");  // NULL / 0 is NULL
    EXPECT_EQ(value(db, "SELECT count(i / z) FROM t WHERE z <> 0"), "9999");
    EXPECT_EQ(code(db, "SELECT (-9223372036854775808)::bigint / -1"), "22003");
}

TEST_F(DialectTest, ASequenceBelongsToItsTable) {
    run(db, "CREATE TABLE t (id SERIAL, b BIGSERIAL)").value();
    EXPECT_EQ(value(db, "SELECT string_agg(sequence_name, ' ' ORDER BY 1) FROM duckdb_sequences()"),
              "t_b_seq t_id_seq");
    EXPECT_EQ(code(db, "INSERT INTO t (id) VALUES (NULL)"), "23502");
    run(db, "CREATE TABLE IF NOT EXISTS t (other SERIAL)").value();
    run(db, "DROP TABLE t").value();
    EXPECT_EQ(value(db, "SELECT count(*) FROM duckdb_sequences()"), "0");
}

TEST_F(DialectTest, AStatementOfSeveralStepsIsAllOrNothing) {
    run(db, "CREATE TABLE a (x int); CREATE TABLE b (x int)").value();
    EXPECT_EQ(code(db, "DROP TABLE a, nowhere, b"), "42P01");
    EXPECT_EQ(value(db, "SELECT count(*) FROM a"), "0");
    EXPECT_FALSE(db.in_transaction());
    EXPECT_EQ(code(db, "ALTER TABLE a ADD COLUMN y int, DROP COLUMN z"), "42703");
    EXPECT_EQ(code(db, "SELECT y FROM a"), "42703");
    run(db, "DROP TABLE a, b").value();
    EXPECT_EQ(code(db, "SELECT * FROM a"), "42P01");
}

TEST_F(DialectTest, TheGateSeesWhatTheTokenStepMade) {
    EXPECT_EQ(code(db, "DROP TABLE in_c_sales.a, in_c_sales.b"), "42P01");
    EXPECT_EQ(code(db, "CREATE TABLE in_c_sales.t (id SERIAL)"), "25006");
    EXPECT_EQ(code(db, "SELECT U&'\\0061' FROM read_csv('/etc/passwd') FOR UPDATE"), "42501");
    EXPECT_EQ(code(db, "SELECT * FROM U&\"read_csv\"('/etc/passwd')"), "42501");
}

TEST_F(DialectTest, ParametersOfAnyAreArrays) {
    run(db, "CREATE TABLE t AS SELECT i::int AS id, i::text AS name FROM range(9) r(i)").value();
    auto by_id = prepare(db, "SELECT count(*) FROM t WHERE id = ANY($1)").value();
    EXPECT_EQ(by_id->parameter_types().at(0).text, "INTEGER[]");
    EXPECT_EQ(read(*by_id, {TextValue{"{1,2,NULL,77}"}}).value().at(0).at(0), "2");
    auto by_name = prepare(db, "SELECT count(*) FROM t WHERE name <> ALL($1)").value();
    EXPECT_EQ(by_name->parameter_types().at(0).text, "VARCHAR[]");
    EXPECT_EQ(read(*by_name, {TextValue{"{1,2}"}}).value().at(0).at(0), "7");
}

}  // namespace
}  // namespace smew::engine::test
