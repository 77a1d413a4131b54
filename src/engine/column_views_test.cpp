#include "engine/engine_test_support.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace smew::engine::test {
namespace {

struct Case {
    const char* expression;
    TypeId id;
    const char* text;  // as text_of() writes the raw value
};

class ColumnViews : public ::testing::Test {
protected:
    ColumnViews() { run(db, "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')").value(); }
    Workspace workspace;
    Connection& db = workspace.connection();
};

const Case kCases[] = {
    {"true", TypeId::kBoolean, "true"},
    {"-5::TINYINT", TypeId::kTinyInt, "-5"},
    {"-500::SMALLINT", TypeId::kSmallInt, "-500"},
    {"-70000::INTEGER", TypeId::kInteger, "-70000"},
    {"-5000000000::BIGINT", TypeId::kBigInt, "-5000000000"},
    {"200::UTINYINT", TypeId::kUTinyInt, "200"},
    {"60000::USMALLINT", TypeId::kUSmallInt, "60000"},
    {"4000000000::UINTEGER", TypeId::kUInteger, "4000000000"},
    {"18446744073709551615::UBIGINT", TypeId::kUBigInt, "18446744073709551615"},
    {"36893488147419103233::HUGEINT", TypeId::kHugeInt, "2:1"},
    {"36893488147419103233::UHUGEINT", TypeId::kUHugeInt, "2:1"},
    {"1.5::REAL", TypeId::kFloat, "1.500000"},
    {"2.25::DOUBLE", TypeId::kDouble, "2.250000"},
    {"12.34::DECIMAL(4,2)", TypeId::kDecimal, "1234"},
    {"-12.34::DECIMAL(9,2)", TypeId::kDecimal, "-1234"},
    {"12.34::DECIMAL(18,2)", TypeId::kDecimal, "1234"},
    {"12.34::DECIMAL(38,2)", TypeId::kDecimal, "1234"},
    {"'short'", TypeId::kVarchar, "short"},
    {"'a text longer than twelve bytes'", TypeId::kVarchar, "a text longer than twelve bytes"},
    {"'blob'::BLOB", TypeId::kBlob, "blob"},
    {"'1970-01-11'::DATE", TypeId::kDate, "10"},
    {"'infinity'::DATE", TypeId::kDate, "2147483647"},
    {"'-infinity'::DATE", TypeId::kDate, "-2147483647"},
    {"'00:00:01'::TIME", TypeId::kTime, "1000000"},
    {"'00:00:01'::TIME_NS", TypeId::kTimeNs, "1000000000"},
    {"'1970-01-01 00:00:01'::TIMESTAMP", TypeId::kTimestamp, "1000000"},
    {"'infinity'::TIMESTAMP", TypeId::kTimestamp, "9223372036854775807"},
    {"'-infinity'::TIMESTAMP", TypeId::kTimestamp, "-9223372036854775807"},
    {"'1970-01-01 00:00:01'::TIMESTAMP_S", TypeId::kTimestampSec, "1"},
    {"'1970-01-01 00:00:01'::TIMESTAMP_MS", TypeId::kTimestampMs, "1000"},
    {"'1970-01-01 00:00:01'::TIMESTAMP_NS", TypeId::kTimestampNs, "1000000000"},
    {"'1970-01-01 00:00:01+00'::TIMESTAMPTZ", TypeId::kTimestampTz, "1000000"},
    {"INTERVAL '1 year 2 days 3 seconds'", TypeId::kInterval, "12m2d3000000us"},
    {"'00000000-0000-0001-0000-000000000002'::UUID", TypeId::kUuid, "9223372036854775809:2"},
    {"'happy'::mood", TypeId::kEnum, "happy"},
    {"[1, NULL, 3]", TypeId::kList, "[1, NULL, 3]"},
    {"[[1], [], NULL, [2, 3]]", TypeId::kList, "[[1], [], NULL, [2, 3]]"},
    {"[1, 2]::INTEGER[2]", TypeId::kArray, "[1, 2]"},
    {"{'a': 1, 'b': 'x'}", TypeId::kStruct, "{a: 1, b: x}"},
    {"row(1, 'x')", TypeId::kStruct, "{: 1, : x}"},
    {"map(['k'], [7])", TypeId::kMap, "[{key: k, value: 7}]"},
    {"union_value(num := 3)", TypeId::kUnion, "num=3"},
    {"'x'::UNION(num INTEGER, str VARCHAR)", TypeId::kUnion, "str=x"},
    {"'{\"a\": 1}'::JSON", TypeId::kVarchar, "{\"a\": 1}"},
    {"42::VARIANT", TypeId::kVariant, "42"},
    {"{'a': [1, 2]}::VARIANT", TypeId::kVariant, "{\"a\":[1,2]}"},
    {"'12345678901234567890123456789012345678901234567890'::BIGNUM", TypeId::kBigNum,
     "12345678901234567890123456789012345678901234567890"},
    {"'POINT (1 2)'::GEOMETRY", TypeId::kGeometry, "POINT (1 2)"},
    {"[5::VARIANT]", TypeId::kList, "[5]"},
    {"{'v': 5::BIGNUM}", TypeId::kStruct, "{v: 5}"},
};

TEST_F(ColumnViews, ShowEveryType) {
    for (const Case& c : kCases) {
        auto prepared = prepare(db, std::string("SELECT ") + c.expression);
        ASSERT_TRUE(prepared) << c.expression << ": " << prepared.error().message;
        EXPECT_EQ((*prepared)->columns().at(0).type.id, c.id) << c.expression;
        auto rows = read(**prepared);
        ASSERT_TRUE(rows) << c.expression << ": " << rows.error().message;
        EXPECT_EQ(rows->at(0).at(0), c.text) << c.expression;
    }
}

TEST_F(ColumnViews, ShowTheSameFromATable) {
    for (const Case& c : kCases) {
        if (std::string_view(c.expression).substr(0, 4) == "row(") continue;  // DuckDB keeps no unnamed fields
        run(db, std::string("CREATE OR REPLACE TABLE c AS SELECT ") + c.expression + " AS x FROM range(3000)").value();
        run(db, "INSERT INTO c VALUES (NULL)").value();
        const auto rows = run(db, "SELECT x FROM c").value();
        ASSERT_EQ(rows.size(), 3001U);
        EXPECT_EQ(rows[0][0], c.text) << c.expression;
        EXPECT_EQ(rows[2999][0], c.text) << c.expression;
        EXPECT_EQ(rows[3000][0], "NULL") << c.expression;
    }
}

TEST_F(ColumnViews, BitAndTimeTz) {
    EXPECT_EQ(value(db, "SELECT '101'::BIT"), std::string("\x05\xfd", 2));
    const std::uint64_t expected = (std::uint64_t{3600000000} << 24U) + (16 * 3600 - 1 - 7200);
    EXPECT_EQ(value(db, "SELECT '01:00:00+02'::TIMETZ"), std::to_string(expected));
}

TEST_F(ColumnViews, TypesTellTheirDetails) {
    auto prepared = prepare(db, "SELECT 1.5::DECIMAL(12,3), 'ok'::mood, [1]::INTEGER[1], {'a': 1}, '{}'::JSON").value();
    const auto& columns = prepared->columns();
    EXPECT_EQ(columns[0].type.width, 12);
    EXPECT_EQ(columns[0].type.scale, 3);
    EXPECT_EQ(columns[0].type.text, "DECIMAL(12,3)");
    EXPECT_EQ(columns[1].type.enum_values, (std::vector<std::string>{"sad", "ok", "happy"}));
    EXPECT_EQ(columns[2].type.array_size, 1U);
    EXPECT_EQ(columns[3].type.field_names, std::vector<std::string>{"a"});
    EXPECT_EQ(columns[4].type.alias, "JSON");
}

TEST_F(ColumnViews, LargeEnums) {
    run(db, "CREATE TYPE wide AS ENUM (SELECT 'v' || i FROM range(300) r(i))").value();
    EXPECT_EQ(value(db, "SELECT 'v299'::wide"), "v299");
    run(db, "CREATE TYPE wider AS ENUM (SELECT 'v' || i FROM range(70000) r(i))").value();
    EXPECT_EQ(value(db, "SELECT 'v69999'::wider"), "v69999");
}

// Constant, dictionary and sequence vectors, nested ones too: DuckDB's own collection of them.
TEST_F(ColumnViews, EveryFormOfVector) {
    for (const char* type : {"1", "'x'", "[1, 2]", "{'a': [1], 'b': {'c': 'x'}}", "map([1], ['x'])", "[{'a': 'x'}]"}) {
        const std::string query = std::string("FROM test_vector_types(") + type + ", all_flat := ";
        const auto flat = run(db, query + "true)").value();
        const auto all = run(db, query + "false)").value();
        EXPECT_FALSE(flat.empty());
        EXPECT_EQ(flat, all) << type;
    }
    EXPECT_FALSE(run(db, "FROM test_all_types()").value().empty());
}

TEST_F(ColumnViews, NullsInsideNestedValues) {
    const auto rows =
        run(db,
            "SELECT CASE WHEN i % 3 = 0 THEN NULL ELSE {'a': CASE WHEN i % 2 = 0 THEN i END, 'l': [i, NULL]} END "
            "FROM range(5000) r(i)")
            .value();
    EXPECT_EQ(rows[0][0], "NULL");
    EXPECT_EQ(rows[1][0], "{a: NULL, l: [1, NULL]}");
    EXPECT_EQ(rows[4996][0], "{a: 4996, l: [4996, NULL]}");
}

}  // namespace
}  // namespace smew::engine::test
