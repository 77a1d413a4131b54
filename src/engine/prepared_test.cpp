#include "engine/engine_test_support.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace smew::engine::test {
namespace {

class PreparedTest : public ::testing::Test {
protected:
    PreparedTest() {
        run(db, "CREATE TABLE t AS SELECT i::INTEGER AS id, 'n' || i AS name FROM range(10) r(i)").value();
    }

    std::string one(std::string_view sql, std::vector<std::uint32_t> oids, const std::vector<ParameterValue>& values) {
        auto prepared = prepare(db, sql, std::move(oids));
        if (!prepared) return std::string(prepared.error().code.text()) + " " + prepared.error().message;
        auto rows = read(**prepared, values);
        if (!rows) return std::string(rows.error().code.text()) + " " + rows.error().message;
        return rows->empty() ? "" : rows->front().front();
    }

    std::string types(std::string_view sql, std::vector<std::uint32_t> oids = {}) {
        auto prepared = prepare(db, sql, std::move(oids));
        if (!prepared) return std::string(prepared.error().code.text());
        std::string out;
        for (const Type& type : (*prepared)->parameter_types()) out += (out.empty() ? "" : ",") + type.text;
        return out;
    }

    Workspace workspace;
    Connection& db = workspace.connection();
};

TEST_F(PreparedTest, InfersParameterTypesAsPostgresDoes) {
    EXPECT_EQ(types("SELECT name FROM t WHERE id = $1"), "INTEGER");
    EXPECT_EQ(types("INSERT INTO t VALUES ($1, $2)"), "INTEGER,VARCHAR");
    EXPECT_EQ(types("SELECT $1"), "VARCHAR");
    EXPECT_EQ(types("SELECT $1::int8, $1"), "BIGINT");
    EXPECT_EQ(types("SELECT $1 + 1", {23}), "INTEGER");
    EXPECT_EQ(types("SELECT id FROM t WHERE id = $1 OR id + 1 = $1"), "INTEGER");
    EXPECT_EQ(types("SELECT name FROM t WHERE id = ANY($1)", {1007}), "INTEGER[]");
    EXPECT_EQ(types("SELECT abs($1)"), "BIGINT");
    EXPECT_EQ(types("SELECT date_trunc('day', $1)"), "TIMESTAMP");
    EXPECT_EQ(types("SELECT * FROM generate_series($1, $2)"), "BIGINT,BIGINT");
    EXPECT_EQ(types("SELECT id FROM t LIMIT $1 OFFSET $2"), "BIGINT,BIGINT");
    EXPECT_EQ(types("SELECT $name"), "0A000");
}

TEST_F(PreparedTest, ExecutesAgainAndAgain) {
    auto prepared = prepare(db, "SELECT $1::int4 + 1").value();
    for (std::int32_t i = 0; i < 100; ++i) EXPECT_EQ(read(*prepared, {i}).value().at(0).at(0), std::to_string(i + 1));
    EXPECT_EQ(read(*prepared, {TextValue{" 41 "}}).value().at(0).at(0), "42");
    EXPECT_EQ(read(*prepared, {Null{}}).value().at(0).at(0), "NULL");
    EXPECT_EQ(read(*prepared, {std::int64_t{7}}).value().at(0).at(0), "8");
    EXPECT_EQ(read(*prepared, {std::int64_t{1} << 40}).error().code, sqlstate::kNumericOutOfRange);
    EXPECT_EQ(read(*prepared, {}).error().code, sqlstate::kProtocolViolation);
    EXPECT_EQ(read(*prepared, {1, 2}).error().code, sqlstate::kProtocolViolation);
}

TEST_F(PreparedTest, StatedTypesMayDifferFromTheColumns) {
    EXPECT_EQ(one("SELECT name FROM t WHERE id = $1", {20}, {std::int64_t{3}}), "n3");
    EXPECT_EQ(one("SELECT name FROM t WHERE id = $1", {21}, {std::int16_t{3}}), "n3");
    EXPECT_EQ(one("SELECT name FROM t WHERE id = $1", {1700}, {TextValue{"3.0"}}), "n3");
    EXPECT_EQ(one("SELECT count(*) FROM t WHERE id > $1", {1700}, {TextValue{"2.5"}}), "7");
    EXPECT_EQ(one("SELECT $1::int4", {20}, {std::int64_t{5}}), "5");
    EXPECT_EQ(one("SELECT $1::text || $2", {23, 25}, {std::int32_t{5}, TextValue{"x"}}), "5x");
    EXPECT_EQ(one("SELECT count(*) FROM t WHERE id = $1 OR id = $1 + 1", {23}, {std::int32_t{1}}), "2");
    EXPECT_EQ(one("SELECT count(*) FROM range($1)", {}, {std::int64_t{12}}), "12");
    EXPECT_EQ(one("SELECT count(*) FROM range($1)", {23}, {std::int32_t{12}}), "12");
    EXPECT_EQ(one("SELECT $2 || $1 || $2", {25, 25}, {TextValue{"a"}, TextValue{"b"}}), "bab");
}

TEST_F(PreparedTest, StatedNumericsTakeTheDigitsOfTheirCast) {
    const std::string longest(38, '9');
    EXPECT_EQ(one("SELECT $1::numeric(38,0)::text", {1700}, {TextValue{longest}}), longest);
    EXPECT_EQ(one("SELECT $1::decimal(38,30)::text", {1700}, {TextValue{"0.123456789012345678901234567890"}}),
              "0.123456789012345678901234567890");
    EXPECT_EQ(one("SELECT $1::decimal(4,1) || ' of ' || $1", {1700}, {TextValue{"1.25"}}), "1.3 of 1.250000000000");
}

TEST_F(PreparedTest, ColumnsAreDescribedBeforeExecution) {
    auto prepared = prepare(db, "SELECT id, name AS n, $1 AS p, $2::int4 + 1 FROM t").value();
    ASSERT_EQ(prepared->columns().size(), 4U);
    EXPECT_EQ(prepared->columns()[0].name, "id");
    EXPECT_EQ(prepared->columns()[0].type.id, TypeId::kInteger);
    EXPECT_EQ(prepared->columns()[1].name, "n");
    EXPECT_EQ(prepared->columns()[2].name, "p");
    EXPECT_EQ(prepared->columns()[3].name, "?column?");
    EXPECT_TRUE(prepared->returns_rows());
    EXPECT_FALSE(prepare(db, "INSERT INTO t VALUES (1, 'x')").value()->returns_rows());
    EXPECT_TRUE(prepare(db, "INSERT INTO t VALUES (1, 'x') RETURNING id").value()->returns_rows());
    EXPECT_TRUE(prepare(db, "EXPLAIN SELECT 1").value()->returns_rows());
    EXPECT_FALSE(prepare(db, "CREATE TABLE u (i INT)").value()->returns_rows());
}

TEST_F(PreparedTest, StarsKeepTheirNamesBesideParameters) {
    auto prepared = prepare(db, "SELECT max(COLUMNS(*)) FROM t WHERE id < $1").value();
    ASSERT_EQ(prepared->columns().size(), 2U);
    EXPECT_NE(prepared->columns()[0].name, prepared->columns()[1].name);
    EXPECT_EQ(read(*prepared, {std::int32_t{3}}).value().at(0), (Row{"2", "n2"}));
}

TEST_F(PreparedTest, FollowsTheCatalog) {
    auto prepared = prepare(db, "SELECT count(*) FROM t").value();
    EXPECT_EQ(read(*prepared).value().at(0).at(0), "10");
    run(db, "ALTER TABLE t ADD COLUMN extra INT").value();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(read(*prepared).value().at(0).at(0), "10");
    auto all = prepare(db, "SELECT * FROM t").value();
    run(db, "ALTER TABLE t DROP COLUMN name").value();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(read(*all).error().message, "cached plan must not change result type");
    run(db, "DROP TABLE t").value();
    EXPECT_EQ(read(*prepared).error().code, sqlstate::kUndefinedTable);
    run(db, "CREATE TABLE t AS SELECT 1 AS id").value();
    EXPECT_EQ(read(*prepared).value().at(0).at(0), "1");
}

TEST_F(PreparedTest, CountsRows) {
    EXPECT_EQ(value(db, "INSERT INTO t SELECT 100, 'x' FROM range(5)"), "5");
    EXPECT_EQ(value(db, "UPDATE t SET name = 'y' WHERE id = 100"), "5");
    EXPECT_EQ(value(db, "DELETE FROM t WHERE id = 100"), "5");
    EXPECT_EQ(value(db, "CREATE TABLE u AS SELECT * FROM t"), "10");
    EXPECT_EQ(value(db, "CREATE VIEW v AS SELECT 1"), "0");
    EXPECT_EQ(value(db, "TRUNCATE u"), "10");
}

TEST_F(PreparedTest, OneCursorAtATime) {
    auto prepared = prepare(db, "SELECT i FROM range(100000) r(i)").value();
    auto first = prepared->execute({}).value();
    ASSERT_TRUE(first->next());
    EXPECT_EQ(value(db, "SELECT 1"), "1");
    EXPECT_EQ(first->next().error().code, sqlstate::kInvalidCursorState);
    EXPECT_EQ(first->next().value(), nullptr);
}

TEST_F(PreparedTest, AnUnfinishedCursorLeavesTheTransactionInOrder) {
    db.run_internal("BEGIN").value();
    run(db, "INSERT INTO t VALUES (77, 'kept')").value();
    {
        auto prepared = prepare(db, "SELECT i FROM range(100000000) r(i)").value();
        ASSERT_TRUE(prepared->execute({}).value()->next());
    }
    EXPECT_TRUE(db.in_transaction());
    EXPECT_EQ(value(db, "SELECT name FROM t WHERE id = 77"), "kept");
    db.run_internal("COMMIT").value();
    EXPECT_EQ(value(db, "SELECT count(*) FROM t WHERE id = 77"), "1");
}

TEST_F(PreparedTest, StreamsInBoundedMemory) {
    Workspace small("small.duckdb", {64U << 20});
    auto prepared = prepare(small.connection(), "SELECT i, repeat('x', 200) FROM range(5000000) r(i)").value();
    auto cursor = prepared->execute({}).value();
    std::uint64_t rows = 0, peak = 0;
    while (const Chunk* chunk = cursor->next().value()) {
        rows += chunk->rows;
        peak = std::max(peak, small.instance().memory_used().count);
    }
    EXPECT_EQ(rows, 5000000U);
    EXPECT_LT(peak, 16U << 20) << "a gigabyte passed through";
}

TEST_F(PreparedTest, ErrorsMayComeAfterRows) {
    auto prepared =
        prepare(db, "SELECT CASE WHEN i = 150000 THEN error('late') ELSE i END FROM range(200000) r(i)").value();
    auto cursor = prepared->execute({});
    ASSERT_TRUE(cursor);
    for (;;) {
        const auto chunk = (*cursor)->next();
        if (!chunk) {
            EXPECT_EQ(chunk.error().message, "late");
            break;
        }
        ASSERT_NE(*chunk, nullptr);
    }
    EXPECT_EQ(value(db, "SELECT 1"), "1");
}

TEST_F(PreparedTest, KnowsConstants) {
    const auto constant = [&](std::string_view sql) { return prepare(db, sql).value()->constant(); };
    for (const char* sql :
         {"SELECT 1", "SELECT 'a' || 'b', 1 + 2 * 3", "SELECT upper('x'), 5::VARCHAR", "SELECT version()",
          "SELECT NULL", "SELECT * FROM (SELECT 1 AS one) t WHERE true", "SELECT 1 UNION SELECT 2"}) {
        const bool columns = std::string_view(sql).find("t WHERE") != std::string_view::npos;
        EXPECT_TRUE(constant(sql) || columns) << sql;
    }
    run(db, "CREATE MACRO seven() AS 7").value();
    run(db, "CREATE SEQUENCE s").value();
    for (const char* sql : {"SELECT now()",
                            "SELECT current_date",
                            "SELECT current_timestamp",
                            "SELECT random()",
                            "SELECT gen_random_uuid()",
                            "SELECT nextval('s')",
                            "SELECT seven()",
                            "SELECT count(*) FROM t",
                            "SELECT current_setting('TimeZone')",
                            "SELECT '2020-01-01'::TIMESTAMPTZ",
                            "SELECT CAST('2020-01-01' AS TIMESTAMPTZ)::VARCHAR",
                            "SELECT current_user",
                            "SELECT * FROM range(3)",
                            "SELECT getvariable('x')",
                            "SELECT current_schema()",
                            "SELECT txid_current()",
                            "SELECT (SELECT max(id) FROM t)",
                            "SELECT to_timestamp(1)::VARCHAR",
                            "SELECT clock_timestamp()::VARCHAR",
                            "SELECT today()"}) {
        EXPECT_FALSE(constant(sql)) << sql;
    }
    EXPECT_FALSE(prepare(db, "SELECT $1::int").value()->constant());
    EXPECT_FALSE(prepare(db, "INSERT INTO t VALUES (1, 'x')").value()->constant());
}

TEST_F(PreparedTest, KindsOfStatements) {
    const std::vector<std::pair<std::string, StatementKind>> kinds = {
        {"SELECT 1", StatementKind::kSelect},
        {"VALUES (1)", StatementKind::kSelect},
        {"WITH a AS (SELECT 1) SELECT * FROM a", StatementKind::kSelect},
        {"FROM t", StatementKind::kSelect},
        {"DESCRIBE t", StatementKind::kSelect},
        {"INSERT INTO t VALUES (1, 'x')", StatementKind::kInsert},
        {"UPDATE t SET id = 1", StatementKind::kUpdate},
        {"DELETE FROM t", StatementKind::kDelete},
        {"TRUNCATE t", StatementKind::kTruncate},
        {"/* DELETE */ TRUNCATE TABLE t", StatementKind::kTruncate},
        {"MERGE INTO t USING t AS s ON t.id = s.id WHEN MATCHED THEN DELETE", StatementKind::kMerge},
        {"EXPLAIN SELECT 1", StatementKind::kExplain},
        {"EXPLAIN ANALYZE SELECT 1", StatementKind::kExplain},
        {"CREATE TABLE a (i INT)", StatementKind::kCreateTable},
        {"CREATE TEMP TABLE a AS SELECT 1", StatementKind::kCreateTableAs},
        {"CREATE OR REPLACE VIEW a AS SELECT 1", StatementKind::kCreateView},
        {"CREATE SCHEMA a", StatementKind::kCreateSchema},
        {"CREATE SEQUENCE a", StatementKind::kCreateSequence},
        {"CREATE INDEX a ON t (id)", StatementKind::kCreateIndex},
        {"CREATE TYPE a AS ENUM ('x')", StatementKind::kCreateType},
        {"CREATE MACRO a(x) AS x", StatementKind::kCreateMacro},
        {"CREATE MACRO a(x) AS TABLE SELECT x", StatementKind::kCreateMacro},
        {"DROP TABLE a", StatementKind::kDropTable},
        {"DROP VIEW a", StatementKind::kDropView},
        {"DROP SCHEMA a", StatementKind::kDropSchema},
        {"DROP SEQUENCE a", StatementKind::kDropSequence},
        {"DROP INDEX a", StatementKind::kDropIndex},
        {"DROP TYPE a", StatementKind::kDropType},
        {"DROP MACRO a", StatementKind::kDropMacro},
        {"ALTER TABLE t ADD COLUMN x INT", StatementKind::kAlterTable},
        {"ALTER VIEW a RENAME TO b", StatementKind::kAlterView},
        {"COMMENT ON TABLE t IS 'x'", StatementKind::kComment},
        {"BEGIN", StatementKind::kBegin},
        {"START TRANSACTION", StatementKind::kBegin},
        {"COMMIT", StatementKind::kCommit},
        {"END", StatementKind::kCommit},
        {"ROLLBACK", StatementKind::kRollback},
        {"ABORT", StatementKind::kRollback},
        {"ANALYZE", StatementKind::kAnalyze},
        {"ANALYZE t", StatementKind::kAnalyze}};
    for (const auto& [sql, kind] : kinds) {
        auto parsed = db.parse(sql);
        ASSERT_TRUE(parsed) << sql << parsed.error().message;
        ASSERT_EQ(parsed->size(), 1U) << sql;
        EXPECT_EQ(parsed->front()->kind(), kind) << sql;
    }
    EXPECT_EQ(db.parse("SELECT $3, $1").value().front()->parameter_count(), 3U);
    EXPECT_TRUE(db.parse("").value().empty());
    EXPECT_TRUE(db.parse(" ; -- nothing\n ;").value().empty());
    EXPECT_EQ(db.parse("SELECT 1; SELECT 2;").value().size(), 2U);
}

// What DuckDB knew of a table's values when it planned must not hold for ever.
TEST_F(PreparedTest, SeesRowsThatNoneCouldBeWhenItWasPlanned) {
    const auto other = workspace.connect();
    for (const char* kind : {"", "TEMP "}) {
        Connection& writer = *kind == '\0' ? *other : workspace.connection();
        run(workspace.connection(), std::string("CREATE ") + kind + "TABLE ones AS SELECT 1 AS a");
        auto filtered = prepare(workspace.connection(), "SELECT a FROM ones WHERE a = 5");
        auto nulls = prepare(workspace.connection(), "SELECT count(*) FROM ones WHERE a IS NULL");
        ASSERT_TRUE(filtered && nulls);
        EXPECT_EQ(read(**filtered).value().size(), 0U);
        EXPECT_EQ(read(**nulls).value().at(0).at(0), "0");
        run(writer, "INSERT INTO ones VALUES (5), (NULL)");
        EXPECT_EQ(read(**filtered).value().size(), 1U) << kind;
        EXPECT_EQ(read(**nulls).value().at(0).at(0), "1") << kind;
        run(workspace.connection(), "DROP TABLE ones");
    }
}

TEST_F(PreparedTest, SeesRowsOfItsOwnTransaction) {
    run(workspace.connection(), "CREATE TABLE ones AS SELECT 1 AS a");
    auto filtered = prepare(workspace.connection(), "SELECT a FROM ones WHERE a = 5");
    ASSERT_TRUE(filtered);
    ASSERT_TRUE(workspace.connection().run_internal("BEGIN"));
    EXPECT_EQ(read(**filtered).value().size(), 0U);
    run(workspace.connection(), "INSERT INTO ones VALUES (5)");
    EXPECT_EQ(read(**filtered).value().size(), 1U);
    ASSERT_TRUE(workspace.connection().run_internal("ROLLBACK"));
    EXPECT_EQ(read(**filtered).value().size(), 0U);
}

// The columns of a table that could not be made went with the plan: made again it had one column without a name.
TEST_F(PreparedTest, MakesATableWithItsColumnsAfterAFailure) {
    run(db, "CREATE SEQUENCE tries").value();
    auto create =
        prepare(db, "CREATE TABLE made AS SELECT ('7' || repeat('x', (2 - nextval('tries'))::INT))::INT AS a, 8 AS b");
    ASSERT_TRUE(create);
    EXPECT_EQ(read(**create).error().code, sqlstate::kInvalidTextRepresentation);
    ASSERT_TRUE(read(**create));
    EXPECT_EQ(value(db, "SELECT a + b FROM made"), "15");
}

}  // namespace
}  // namespace smew::engine::test
