#include "engine/lasting_plan.hpp"

#include "engine/engine_test_support.hpp"
#include "engine/prepared.hpp"

#include <gtest/gtest.h>

#include <string>

namespace smew::engine::test {
namespace {

std::string text_of(const Result<std::vector<Row>>& rows) {
    if (!rows) return std::string(rows.error().code.text()) + " " + rows.error().message;
    std::string text;
    for (const Row& row : *rows) {
        for (const std::string& value : row) text += value + ",";
        text += ";";
    }
    return text;
}

bool lasts(const Prepared& prepared) {
    return dynamic_cast<const PlannedStatement&>(prepared).lasts();
}

class LastingPlanTest : public ::testing::Test {
protected:
    LastingPlanTest() {
        run(db, "CREATE TABLE t AS SELECT i::INTEGER AS id, 'n' || i AS name, i % 3 AS third FROM range(10) r(i)")
            .value();
        run(db, "CREATE TABLE keyed (id INTEGER PRIMARY KEY, name VARCHAR)").value();
        run(db, "INSERT INTO keyed SELECT i, 'n' || i FROM range(500) r(i)").value();
        workspace.publish("in_c_sales", "orders", 1, "SELECT 1 AS id, 'old' AS name");
    }

    // The answer of a plan that is kept, which must be that of one made for these values and rows.
    void expect_as_planned_now(Prepared& kept, std::string_view sql, const std::vector<ParameterValue>& values) {
        EXPECT_EQ(text_of(read(kept, values)), text_of(run(db, sql, values))) << sql;
    }

    Workspace workspace;
    Connection& db = workspace.connection();
};

TEST_F(LastingPlanTest, WhatIsExecutedAgainIsPlannedOnce) {
    const auto prepared = prepare(db, "SELECT name FROM t WHERE id = $1").value();
    EXPECT_EQ(text_of(read(*prepared, {1})), "n1,;");
    EXPECT_FALSE(lasts(*prepared)) << "one execution does not pay for it";
    EXPECT_EQ(text_of(read(*prepared, {2})), "n2,;");
    EXPECT_TRUE(lasts(*prepared));
    EXPECT_EQ(text_of(read(*prepared, {Null{}})), "");
    EXPECT_EQ(text_of(read(*prepared, {77})), "");
    EXPECT_EQ(text_of(read(*prepared, {3})), "n3,;");
    EXPECT_TRUE(lasts(*prepared));
}

// Each shape is one that DuckDB plans by the values it knows: of parameters, and of the rows that are there.
TEST_F(LastingPlanTest, AnswersFollowValuesAndRows) {
    const std::vector<std::string> shapes = {
        "SELECT id, name FROM t WHERE id = $1 ORDER BY 1, 2",
        "SELECT id FROM t WHERE $1 <= id AND name <> 'n4' ORDER BY 1",
        "SELECT id FROM t WHERE id BETWEEN $1 AND $1 + 2 ORDER BY 1",
        "SELECT id FROM t WHERE id > $1 AND id < 8 ORDER BY 1 LIMIT 3",
        "SELECT id FROM t WHERE id = $1 OR name = 'n2' ORDER BY 1",
        "SELECT min(id), max(id), count(*), sum(id) FROM t WHERE id >= $1",
        "SELECT third, count(*), sum(id + $1) FROM t GROUP BY third ORDER BY 1",
        "SELECT count(*) FROM t WHERE id < $1::BIGINT * 2",
        "SELECT t.id, k.name FROM t JOIN keyed k ON k.id = t.id WHERE t.id <> $1 ORDER BY 1",
        "SELECT k.name FROM keyed k WHERE k.id IN (SELECT id FROM t WHERE third = $1) ORDER BY 1",
        "SELECT id, (SELECT count(*) FROM keyed k WHERE k.id < t.id + $1) FROM t ORDER BY 1",
        "SELECT DISTINCT third FROM t WHERE id <> $1 ORDER BY 1",
        "SELECT id FROM t ORDER BY id LIMIT $1",
        "WITH c AS MATERIALIZED (SELECT * FROM t WHERE id > $1) SELECT a.id, b.id FROM c a, c b ORDER BY 1, 2 LIMIT 5",
        "WITH RECURSIVE r(n) AS (SELECT min(id) FROM t UNION ALL SELECT n + 1 FROM r WHERE n < $1) SELECT n FROM r",
        "SELECT id, row_number() OVER (PARTITION BY third ORDER BY id) FROM t WHERE id > $1 ORDER BY 1",
        "SELECT name FROM keyed WHERE id = $1",
        "SELECT id FROM t WHERE name = 'n' || $1 UNION SELECT id FROM keyed WHERE id = $1 ORDER BY 1",
    };
    std::vector<std::unique_ptr<Prepared>> kept;
    for (const std::string& sql : shapes) kept.push_back(prepare(db, sql, {23}).value());
    for (const char* change : {"SELECT 1", "SELECT 1", "INSERT INTO t VALUES (1000000, 'n7', 9), (NULL, NULL, NULL)",
                               "DELETE FROM keyed WHERE id < 7", "UPDATE t SET id = id + 1", "DELETE FROM t",
                               "INSERT INTO t SELECT i, 'n' || i, 1 FROM range(5) r(i)"}) {
        run(db, change).value();
        for (std::size_t i = 0; i < shapes.size(); ++i) {
            for (const std::int32_t value : {4, 0, 1}) expect_as_planned_now(*kept[i], shapes[i], {value});
        }
    }
    for (std::size_t i = 0; i < shapes.size(); ++i) EXPECT_TRUE(lasts(*kept[i])) << shapes[i];
}

TEST_F(LastingPlanTest, ChangesAreMadeAgain) {
    const auto insert = prepare(db, "INSERT INTO t SELECT id + $1, name, 5 FROM t WHERE id = $1").value();
    const auto update = prepare(db, "UPDATE t SET name = name || '!' WHERE id = $1").value();
    const auto remove = prepare(db, "DELETE FROM t WHERE id = $1 RETURNING name").value();
    for (int i = 1; i < 5; ++i) {
        EXPECT_TRUE(read(*insert, {i}));
        EXPECT_TRUE(read(*update, {i}));
    }
    EXPECT_EQ(text_of(read(*remove, {4})), "n4!,;n2!,;n1!,;");
    EXPECT_EQ(text_of(read(*remove, {4})), "");
    EXPECT_EQ(text_of(read(*remove, {8})), "n8,;n4,;n2,;n1,;");
    EXPECT_TRUE(lasts(*insert));
    EXPECT_TRUE(lasts(*update));
    EXPECT_TRUE(lasts(*remove));
}

TEST_F(LastingPlanTest, WithoutParametersAsSoonAsRowsChange) {
    const auto prepared = prepare(db, "SELECT count(*) FROM t WHERE id > 100").value();
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(text_of(read(*prepared)), std::to_string(i) + ",;");
        run(db, "INSERT INTO t VALUES (" + std::to_string(200 + i) + ", 'new', 0)").value();
    }
    EXPECT_TRUE(lasts(*prepared));
}

TEST_F(LastingPlanTest, AlsoWhereAParameterOccursTwice) {
    const auto prepared = prepare(db, "SELECT name FROM t WHERE id = $1 OR third = $1 + $2 ORDER BY 1").value();
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(text_of(read(*prepared, {1, 1})), "n1,;n2,;n5,;n8,;");
        EXPECT_EQ(text_of(read(*prepared, {0, 9})), "n0,;");
    }
    EXPECT_TRUE(lasts(*prepared));
    run(db, "INSERT INTO t SELECT i, 'm', 0 FROM range(200000) r(i)").value();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(text_of(read(*prepared, {1, 1})), "m,;n1,;n2,;n5,;n8,;");
    EXPECT_FALSE(lasts(*prepared));
}

TEST_F(LastingPlanTest, SeesItsOwnTransaction) {
    const auto prepared = prepare(db, "SELECT count(*) FROM t WHERE id >= $1").value();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(text_of(read(*prepared, {0})), "10,;");
    db.run_internal("BEGIN").value();
    run(db, "INSERT INTO t VALUES (50, 'mine', 0)").value();
    EXPECT_EQ(text_of(read(*prepared, {0})), "11,;");
    EXPECT_EQ(text_of(read(*prepared, {20})), "1,;");
    db.run_internal("ROLLBACK").value();
    EXPECT_EQ(text_of(read(*prepared, {20})), "0,;");
    EXPECT_TRUE(lasts(*prepared));
}

TEST_F(LastingPlanTest, ReadsTheVersionThatIsCurrent) {
    const auto prepared = prepare(db, "SELECT name FROM in_c_sales.orders WHERE id = $1").value();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(text_of(read(*prepared, {1})), "old,;");
    EXPECT_TRUE(lasts(*prepared));
    workspace.publish("in_c_sales", "orders", 2, "SELECT 1 AS id, 'new' AS name");
    EXPECT_EQ(text_of(read(*prepared, {1})), "new,;");
    db.run_internal("BEGIN").value();
    EXPECT_EQ(text_of(read(*prepared, {1})), "new,;");
    workspace.publish("in_c_sales", "orders", 3, "SELECT 1 AS id, 'newest' AS name");
    EXPECT_EQ(text_of(read(*prepared, {1})), "new,;") << "a transaction keeps the version it has seen";
    db.run_internal("COMMIT").value();
    EXPECT_EQ(text_of(read(*prepared, {1})), "newest,;");
}

TEST_F(LastingPlanTest, EndsWithItsTables) {
    const auto prepared = prepare(db, "SELECT name FROM t WHERE id = $1").value();
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(read(*prepared, {1}));
    run(db, "ALTER TABLE t ADD COLUMN extra INTEGER").value();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(text_of(read(*prepared, {1})), "n1,;");
    run(db, "DROP TABLE t").value();
    for (int i = 0; i < 2; ++i) EXPECT_EQ(read(*prepared, {1}).error().code, sqlstate::kUndefinedTable);
    run(db, "CREATE TABLE t AS SELECT 1 AS id, 'again' AS name").value();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(text_of(read(*prepared, {1})), "again,;");
    EXPECT_TRUE(lasts(*prepared));
}

TEST_F(LastingPlanTest, IsNotMadeForLargeTablesUnlessOneRowIsFound) {
    run(db, "CREATE TABLE big (id INTEGER PRIMARY KEY, name VARCHAR)").value();
    run(db, "INSERT INTO big SELECT i, 'n' || i FROM range(200000) r(i)").value();
    const auto by_key = prepare(db, "SELECT name FROM big WHERE id = $1").value();
    const auto by_name = prepare(db, "SELECT id FROM big WHERE name = $1").value();
    for (const std::int32_t id : {5, 199'999, 17}) {
        EXPECT_EQ(text_of(read(*by_key, {id})), "n" + std::to_string(id) + ",;");
        EXPECT_EQ(text_of(read(*by_name, {TextValue{"n" + std::to_string(id)}})), std::to_string(id) + ",;");
    }
    EXPECT_TRUE(lasts(*by_key));
    EXPECT_FALSE(lasts(*by_name));
}

TEST_F(LastingPlanTest, EndsWhenItsTablesHaveGrown) {
    const auto prepared = prepare(db, "SELECT count(*) FROM t WHERE id >= $1").value();
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(read(*prepared, {0}));
    EXPECT_TRUE(lasts(*prepared));
    run(db, "INSERT INTO t SELECT i, 'n', 0 FROM range(200000) r(i)").value();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(text_of(read(*prepared, {0})), "200010,;");
    EXPECT_FALSE(lasts(*prepared));
}

TEST_F(LastingPlanTest, SettingsAreAskedForAtEachExecution) {
    const auto prepared =
        prepare(db, "SELECT max(id) FROM t WHERE id > $1 AND third = current_setting('TimeZone')::INTEGER").value();
    const std::vector<std::pair<std::string, std::string>> largest = {{"0", "9,;"}, {"1", "7,;"}, {"2", "8,;"}};
    for (int round = 0; round < 2; ++round) {
        for (const auto& [third, id] : largest) {
            run(db, "SELECT set_config('TimeZone', '" + third + "', false)").value();
            EXPECT_EQ(text_of(read(*prepared, {3})), id);
        }
    }
    EXPECT_TRUE(lasts(*prepared));
    run(db, "SELECT set_config('TimeZone', 'no number', false)").value();
    EXPECT_EQ(read(*prepared, {3}).error().code, sqlstate::kInvalidTextRepresentation);
}

// DuckDB would keep its plan of such a statement, which reads all rows and columns.
TEST_F(LastingPlanTest, RowFiltersBySettingsNeedNoParameterForOne) {
    run(db, "CREATE VIEW own AS SELECT * FROM t WHERE third = current_setting('TimeZone')::BIGINT").value();
    const auto newest = prepare(db, "SELECT id, name FROM own ORDER BY id DESC LIMIT 2").value();
    const auto all = prepare(db, "SELECT id, name FROM t ORDER BY id DESC LIMIT 2").value();
    for (int round = 0; round < 2; ++round) {
        for (const auto& [third, ids] : {std::pair{"0", "9,n9,;6,n6,;"}, {"1", "7,n7,;4,n4,;"}, {"2", "8,n8,;5,n5,;"}}) {
            run(db, std::string("SELECT set_config('TimeZone', '") + third + "', false)").value();
            EXPECT_EQ(text_of(read(*newest, {})), ids);
            EXPECT_EQ(text_of(read(*all, {})), "9,n9,;8,n8,;");
        }
    }
    EXPECT_TRUE(lasts(*newest));
    EXPECT_FALSE(lasts(*all)) << "its rows have not changed";
}

TEST_F(LastingPlanTest, FunctionsThatReadAreBoundEachTime) {
    const auto prepared = prepare(db, "SELECT count(*) FROM range(5) r(i), t WHERE t.id = $1").value();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(text_of(read(*prepared, {1})), "5,;");
    EXPECT_FALSE(lasts(*prepared));
}

}  // namespace
}  // namespace smew::engine::test
