#include "engine/parameters.hpp"

#include "engine/engine_test_support.hpp"
#include "engine/type_map.hpp"

#include <duckdb.hpp>
#include <gtest/gtest.h>

namespace smew::engine::test {
namespace {

class Parameters : public ::testing::Test {
protected:
    std::string convert(std::string_view text, const duckdb::LogicalType& type) {
        const auto value = from_text(*connection.context, text, type);
        if (!value) return std::string(value.error().code.text()) + " " + value.error().message;
        EXPECT_EQ(value->type(), type);
        return value->ToString();
    }

    duckdb::DuckDB database{nullptr};
    duckdb::Connection connection{database};
    using T = duckdb::LogicalType;
};

TEST_F(Parameters, Booleans) {
    for (const char* text : {"t", "true", "TRUE", "tr", "y", "yes", "on", "1", " t "})
        EXPECT_EQ(convert(text, T::BOOLEAN), "true") << text;
    for (const char* text : {"f", "false", "n", "no", "off", "of", "0"})
        EXPECT_EQ(convert(text, T::BOOLEAN), "false") << text;
    for (const char* text : {"", "o", "2", "truely", "yess", "nil"}) {
        EXPECT_EQ(convert(text, T::BOOLEAN),
                  "22P02 invalid input syntax for type boolean: \"" + std::string(text) + "\"");
    }
}

TEST_F(Parameters, Integers) {
    EXPECT_EQ(convert("42", T::INTEGER), "42");
    EXPECT_EQ(convert(" +42\n", T::INTEGER), "42");
    EXPECT_EQ(convert("-9223372036854775808", T::BIGINT), "-9223372036854775808");
    EXPECT_EQ(convert("40000", T::SMALLINT), "22003 value \"40000\" is out of range for type smallint");
    EXPECT_EQ(convert("4e3", T::INTEGER), "22P02 invalid input syntax for type integer: \"4e3\"");
    EXPECT_EQ(convert("1.5", T::BIGINT), "22P02 invalid input syntax for type bigint: \"1.5\"");
    EXPECT_EQ(convert("+-1", T::BIGINT).substr(0, 5), "22P02");
    EXPECT_EQ(convert("", T::INTEGER), "22P02 invalid input syntax for type integer: \"\"");
}

TEST_F(Parameters, FractionsAndDecimals) {
    EXPECT_EQ(convert("1.5", T::DOUBLE), "1.5");
    EXPECT_EQ(convert("NaN", T::DOUBLE), "nan");
    EXPECT_EQ(convert("-Infinity", T::DOUBLE), "-inf");
    EXPECT_EQ(convert("12.345", T::DECIMAL(10, 2)), "12.35");
    EXPECT_EQ(convert("x", T::DECIMAL(10, 2)), "22P02 invalid input syntax for type numeric: \"x\"");
    EXPECT_EQ(convert("99999999999", T::DECIMAL(4, 2)).substr(0, 5), "22003");
}

TEST_F(Parameters, Bytes) {
    EXPECT_EQ(convert("\\x414243", T::BLOB), "ABC");
    EXPECT_EQ(convert("\\x41 42", T::BLOB), "AB");
    EXPECT_EQ(convert("a\\\\b\\101", T::BLOB), "a\\x5CbA");
    EXPECT_EQ(convert("\\x4", T::BLOB), "22P02 invalid input syntax for type bytea: \"\\x4\"");
    EXPECT_EQ(convert("\\400", T::BLOB).substr(0, 5), "22P02");
    EXPECT_EQ(convert("\\9", T::BLOB).substr(0, 5), "22P02");
}

TEST_F(Parameters, DatesAndTimes) {
    EXPECT_EQ(convert("2024-02-29", T::DATE), "2024-02-29");
    EXPECT_EQ(convert("0044-03-15 BC", T::DATE), "0044-03-15 (BC)");
    EXPECT_EQ(convert("infinity", T::TIMESTAMP), "infinity");
    EXPECT_EQ(convert("-infinity", T::DATE), "-infinity");
    EXPECT_EQ(convert("2024-01-02 03:04:05.678901", T::TIMESTAMP), "2024-01-02 03:04:05.678901");
    EXPECT_EQ(convert("yesterdayish", T::DATE), "22007 invalid input syntax for type date: \"yesterdayish\"");
    EXPECT_EQ(convert("2024-13-40", T::TIMESTAMP).substr(0, 2), "22");
    EXPECT_EQ(convert("1 year 2 mons", T::INTERVAL), "1 year 2 months");
    EXPECT_EQ(convert("12:30:00", T::TIME), "12:30:00");
}

TEST_F(Parameters, Arrays) {
    const T ints = T::LIST(T::INTEGER), texts = T::LIST(T::VARCHAR);
    EXPECT_EQ(convert("{1,2,NULL, 3 }", ints), "[1, 2, NULL, 3]");
    EXPECT_EQ(convert("{}", ints), "[]");
    EXPECT_EQ(convert(R"({a,"b c","d,e","f\"g","h\\i",null,"NULL"})", texts),
              R"([a, b c, 'd,e', 'f"g', h\i, NULL, 'NULL'])");
    EXPECT_EQ(convert("{{1,2},{3}}", T::LIST(ints)), "[[1, 2], [3]]");
    EXPECT_EQ(convert("{1,x}", ints), "22P02 invalid input syntax for type integer: \"x\"");
    for (const char* text : {"{1", "{1,}", "{,}", "{1}}", "{1}x", "{\"1}", "{1\\", "{{1}}", "{"}) {
        EXPECT_EQ(convert(text, ints).substr(0, 5), "22P02") << text;
    }
    EXPECT_EQ(convert(std::string(100000, '{'), ints).substr(0, 5), "22P02");
}

TEST_F(Parameters, TextMustBeUtf8) {
    EXPECT_EQ(convert("äö", T::VARCHAR), "äö");
    EXPECT_EQ(convert("\xff", T::VARCHAR).substr(0, 5), "22021");
    EXPECT_EQ(convert(std::string_view("a\0b", 3), T::VARCHAR).substr(0, 5), "22021");
    EXPECT_EQ(convert("{\"a\": 1}", T::JSON()), "{\"a\": 1}");
    EXPECT_EQ(convert("{", T::JSON()).substr(0, 5), "22P02");
    EXPECT_EQ(convert("6b0a0f1c-9d2e-4f6a-8b1c-0123456789ab", T::UUID), "6b0a0f1c-9d2e-4f6a-8b1c-0123456789ab");
    EXPECT_EQ(convert("x", T::UUID), "22P02 invalid input syntax for type uuid: \"x\"");
}

TEST_F(Parameters, BinaryValues) {
    const auto convert_value = [&](const ParameterValue& value, const T& type) {
        const auto converted = to_value(*connection.context, value, type);
        return converted ? converted->ToString() : std::string(converted.error().code.text());
    };
    EXPECT_EQ(convert_value(UuidValue{{0x6b, 0x0a, 0x0f, 0x1c, 0x9d, 0x2e, 0x4f, 0x6a, 0x8b, 0x1c, 1, 0x23, 0x45, 0x67,
                                       0x89, 0xab}},
                            T::UUID),
              "6b0a0f1c-9d2e-4f6a-8b1c-0123456789ab");
    EXPECT_EQ(convert_value(std::int64_t{300}, T::UTINYINT), "22003");
    EXPECT_EQ(convert_value(std::int64_t{5}, T::INTEGER), "5");
    EXPECT_EQ(convert_value(DateValue{19000}, T::DATE), "2022-01-08");
    EXPECT_EQ(convert_value(TimestampValue{1}, T::TIMESTAMP), "1970-01-01 00:00:00.000001");
    EXPECT_EQ(convert_value(Null{}, T::INTEGER), "NULL");
    EXPECT_EQ(convert_value(BlobValue{"ab"}, T::BLOB), "ab");
    auto list = std::make_shared<ListValue>();
    list->element.id = TypeId::kInteger;
    list->values = {std::int32_t{1}, Null{}};
    EXPECT_EQ(convert_value(list, T::LIST(T::BIGINT)), "[1, NULL]");
    EXPECT_EQ(convert_value(list, T(duckdb::LogicalTypeId::UNKNOWN)), "[1, NULL]");
    EXPECT_EQ(convert_value(true, T::DATE), "42846");
}

TEST(TypeOids, AreDuckDbTypes) {
    EXPECT_EQ(type_of_oid(23), duckdb::LogicalType::INTEGER);
    EXPECT_EQ(type_of_oid(1007), duckdb::LogicalType::LIST(duckdb::LogicalType::INTEGER));
    EXPECT_TRUE(type_of_oid(3802).IsJSONType());
    EXPECT_EQ(type_of_oid(0).id(), duckdb::LogicalTypeId::UNKNOWN);
    EXPECT_EQ(type_of_oid(705).id(), duckdb::LogicalTypeId::UNKNOWN);
    EXPECT_EQ(postgres_name(type_of_oid(1184)), "timestamp with time zone");
}

}  // namespace
}  // namespace smew::engine::test
