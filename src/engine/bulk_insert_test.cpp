#include "engine/copy.hpp"
#include "engine/engine_test_support.hpp"

#include <gtest/gtest.h>

#include <array>

namespace smew::engine::test {
namespace {

using OnFault = BulkInsert::OnFault;
using Fields = std::vector<TextField>;

class BulkInsertTest : public ::testing::Test {
protected:
    std::unique_ptr<BulkInsert> into(const std::string& table, std::vector<std::string> columns = {},
                                     std::string where = "") {
        return workspace.connection().bulk_insert({table, std::move(columns), std::move(where)}).value();
    }
    std::string refusal(const std::string& table, std::vector<std::string> columns = {}, std::string where = "") {
        const auto made = workspace.connection().bulk_insert({table, std::move(columns), std::move(where)});
        return made ? "" : std::string(made.error().code.text()) + " " + made.error().message;
    }
    void sql(std::string_view text) { run(workspace.connection(), text).value(); }
    std::string answer(std::string_view text) { return value(workspace.connection(), text); }

    Workspace workspace;
};

TEST_F(BulkInsertTest, EveryTypeReadsAsAParameterOfTheSameText) {
    const std::vector<std::array<std::string, 3>> cases = {
        {"BOOLEAN", "yes", "true"},
        {"SMALLINT", " 7 ", "7"},
        {"INTEGER", "+12", "12"},
        {"BIGINT", "-9223372036854775808", "-9223372036854775808"},
        {"TINYINT", "-5", "-5"},
        {"UBIGINT", "18446744073709551615", "18446744073709551615"},
        {"HUGEINT", "170141183460469231731687303715884105727", "170141183460469231731687303715884105727"},
        {"REAL", "1.5", "1.5"},
        {"DOUBLE", "Infinity", "Infinity"},
        {"DECIMAL(4,1)", "-1.25", "-1.3"},
        {"DECIMAL(12,2)", "12.5", "12.50"},
        {"DECIMAL(38,10)", "1234567890123456789.5", "1234567890123456789.5000000000"},
        {"DATE", "44-03-15 BC", "0044-03-15 (BC)"},
        {"DATE", "infinity", "infinity"},
        {"TIME", "04:05:06.789", "04:05:06.789"},
        {"TIMETZ", "04:05:06+02", "04:05:06+02"},
        {"TIMESTAMP", "2024-02-29 12:00:00.5", "2024-02-29 12:00:00.5"},
        {"TIMESTAMPTZ", "2024-02-29 12:00:00+02", "2024-02-29 10:00:00+00"},
        {"INTERVAL", "1 year 2 days", "1 year 2 days"},
        {"UUID", "{80000000-0000-0001-0000-00000000000a}", "80000000-0000-0001-0000-00000000000a"},
        {"VARCHAR", "žluťoučký", "žluťoučký"},
        {"BLOB", "\\x00ff", "\\x00\\xFF"},
        {"BIT", "0101", "0101"},
        {"JSON", "{\"a\": 1}", "{\"a\": 1}"},
        {"INTEGER[]", "{1,NULL,3}", "{1,NULL,3}"},
        {"VARCHAR[]", "{\"a b\",c}", "{\"a b\",c}"},
        {"STRUCT(a INTEGER)", "{'a': 1}", "{'a': 1}"},
        {"ENUM('x', 'y')", "y", "y"},
    };
    ASSERT_TRUE(workspace.connection().set_time_zone("UTC"));
    for (const auto& [type, text, expected] : cases) {
        sql("CREATE OR REPLACE TABLE t (v " + type + ")");
        const auto rows = into("t");
        const Fields fields{text, std::nullopt};
        const auto faults = rows->gather(fields, OnFault::kStop);
        ASSERT_TRUE(faults.empty()) << type << ": " << faults.front().error.message;
        EXPECT_EQ(rows->insert().rows.value(), 2U);
        EXPECT_EQ(answer("SELECT v::VARCHAR FROM t WHERE v IS NOT NULL"), expected) << type;
        EXPECT_EQ(answer("SELECT count(*) FROM t WHERE v IS NULL"), "1") << type;
    }
}

TEST_F(BulkInsertTest, ValuesOfTheBinaryFormsArrive) {
    sql("CREATE TABLE t (b BOOLEAN, i INTEGER, d DECIMAL(12,2), s VARCHAR, y BLOB, u UUID, a INTEGER[], o UINTEGER)");
    const auto rows = into("t");
    const auto list = std::make_shared<ListValue>();
    list->element.id = TypeId::kInteger;
    list->values = {std::int32_t{1}, Null{}};
    UuidValue uuid{};
    uuid.bytes[15] = 1;
    const std::vector<ParameterValue> fields = {true,
                                                std::int32_t{7},
                                                TextValue{"1.50"},
                                                TextValue{"x"},
                                                BlobValue{std::string_view("\0y", 2)},
                                                uuid,
                                                list,
                                                std::int64_t{4'000'000'000},
                                                Null{},
                                                Null{},
                                                Null{},
                                                Null{},
                                                Null{},
                                                Null{},
                                                Null{},
                                                Null{}};
    EXPECT_TRUE(rows->gather(fields, OnFault::kStop).empty());
    EXPECT_EQ(rows->insert().rows.value(), 2U);
    EXPECT_EQ(answer("SELECT concat_ws('|', b, i, d, s, octet_length(y), u, a, o) FROM t WHERE b"),
              "true|7|1.50|x|2|00000000-0000-0000-0000-000000000001|{1,NULL}|4000000000");
}

TEST_F(BulkInsertTest, FaultsNameRowAndColumnInOrder) {
    sql("CREATE TABLE t (a INTEGER, b DATE, c DECIMAL(4,1))");
    const Fields fields{"1", "2024-01-01", "1",          "2",     "never", "1",          "x", "never",
                        "1", "4",          "2024-01-01", "99999", "5",     "2024-01-01", "5"};
    auto rows = into("t");
    auto faults = rows->gather(fields, OnFault::kStop);
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_EQ(faults[0].row, 1U);
    EXPECT_EQ(faults[0].column, 1U);
    EXPECT_EQ(faults[0].error.code, sqlstate::kInvalidDatetimeFormat);
    EXPECT_EQ(rows->gathered_rows(), 1U);

    rows = into("t");
    faults = rows->gather(fields, OnFault::kSkip);
    ASSERT_EQ(faults.size(), 3U);
    EXPECT_EQ(faults[1].row, 2U);
    EXPECT_EQ(faults[1].column, 0U);
    EXPECT_EQ(faults[1].error.message, "invalid input syntax for type integer: \"x\"");
    EXPECT_EQ(faults[2].row, 3U);
    EXPECT_EQ(faults[2].column, 2U);
    EXPECT_EQ(faults[2].error.code, sqlstate::kNumericOutOfRange);
    EXPECT_EQ(rows->insert().rows.value(), 2U);
    EXPECT_EQ(answer("SELECT string_agg(a::VARCHAR, ',' ORDER BY a) FROM t"), "1,5");
}

TEST_F(BulkInsertTest, ManyRowsInSeveralInserts) {
    sql("CREATE TABLE t (a BIGINT PRIMARY KEY, b VARCHAR)");
    run(workspace.connection(), "BEGIN").value();
    const auto rows = into("t");
    std::vector<std::string> texts(20'000);
    for (std::size_t round = 0; round < 5; ++round) {
        Fields fields;
        for (std::size_t i = 0; i < texts.size(); ++i) {
            texts[i] = std::to_string(round * texts.size() + i);
            fields.insert(fields.end(), {texts[i], "text that is longer than twelve bytes"});
        }
        EXPECT_TRUE(rows->gather(fields, OnFault::kStop).empty());
        EXPECT_GT(rows->gathered_bytes().count, 500'000U);
        EXPECT_EQ(rows->insert().rows.value(), texts.size());
        EXPECT_EQ(rows->gathered_rows(), 0U);
    }
    EXPECT_EQ(answer("SELECT sum(a)::VARCHAR || ' ' || count(DISTINCT b) FROM t"), "4999950000 1");
    run(workspace.connection(), "ROLLBACK").value();
    EXPECT_EQ(answer("SELECT count(*) FROM t"), "0");
}

TEST_F(BulkInsertTest, ConstraintsNameTheRow) {
    sql("CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER NOT NULL, c INTEGER CHECK (c < 10), UNIQUE (b, c))");
    sql("INSERT INTO t VALUES (100, 100, 1)");
    const auto failed = [&](const Fields& fields) {
        const auto rows = into("t");
        const auto faults = rows->gather(fields, OnFault::kStop);
        if (!faults.empty()) return std::string(faults[0].error.code.text()) + " " + std::to_string(faults[0].row);
        const BulkInsert::Inserted inserted = rows->insert();
        return std::string(inserted.rows.error().code.text()) + " " +
               (inserted.row ? std::to_string(*inserted.row) : "?");
    };
    EXPECT_EQ(failed({"1", "1", "1", "2", std::nullopt, "2"}), "23502 1");
    EXPECT_EQ(failed({"1", "1", "1", "2", "2", "2", "3", "3", "10"}), "23514 2");
    EXPECT_EQ(failed({"1", "1", "1", "2", "2", "2", "1", "3", "3"}), "23505 2");
    EXPECT_EQ(failed({"1", "1", "1", "100", "2", "2", "3", "3", "3"}), "23505 1");
    EXPECT_EQ(failed({"1", "1", "1", "2", "100", "1"}), "23505 1");
    EXPECT_EQ(answer("SELECT count(*) FROM t"), "1");
}

TEST_F(BulkInsertTest, DefaultsGeneratedColumnsAndConditions) {
    sql("CREATE SEQUENCE s");
    sql("CREATE TABLE t (a INTEGER, b INTEGER DEFAULT nextval('s'), c INTEGER GENERATED ALWAYS AS (a + 1))");
    const Fields two{"1", "2"};
    EXPECT_EQ(into("t")->columns().size(), 2U);
    auto rows = into("t", {"a"}, "t.a > 1 -- the rest");
    EXPECT_TRUE(rows->gather(two, OnFault::kStop).empty());
    EXPECT_EQ(rows->insert().rows.value(), 1U);
    EXPECT_EQ(answer("SELECT concat_ws(' ', a, b, c) FROM t"), "2 1 3");
    EXPECT_EQ(refusal("t", {"c"}), "42P10 column \"c\" is a generated column");
    EXPECT_EQ(refusal("t", {"z"}), "42703 column \"z\" of relation \"t\" does not exist");
    EXPECT_EQ(refusal("t", {"a", "a"}).substr(0, 5), "42701");
}

TEST_F(BulkInsertTest, TheGateStandsBeforeIt) {
    workspace.publish("in_c_sales", "orders", 1, "SELECT 1 AS id");
    sql("CREATE TABLE t (a INTEGER)");
    sql("CREATE VIEW v AS SELECT 1 AS a");
    EXPECT_EQ(refusal("in_c_sales.orders").substr(0, 5), "25006");
    EXPECT_EQ(refusal("nothing").substr(0, 5), "42P01");
    EXPECT_EQ(refusal("v"), "42809 cannot copy to view \"v\"");
    EXPECT_EQ(refusal("pg_catalog.pg_class").substr(0, 5), "42501");
    for (const char* where : {"a IN (SELECT 1)", "1 = 1) UNION SELECT * FROM t WHERE (1 = 1", "true); DROP TABLE t; --",
                              "true) RETURNING (a", "read_text('/etc/passwd') IS NULL"})
        EXPECT_NE(refusal("t", {}, where), "") << where;
    EXPECT_EQ(answer("SELECT count(*) FROM t"), "0");
}

}  // namespace
}  // namespace smew::engine::test
