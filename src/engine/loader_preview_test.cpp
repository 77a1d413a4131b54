#include "engine/loader_json.hpp"
#include "engine/loader_test_fixture.hpp"

namespace smew::engine::loader {
namespace {

class Preview : public LoaderTest {
protected:
    std::string preview(const std::string& table, std::uint64_t limit = 1'000, std::vector<std::string> columns = {}) {
        link::PreviewJob job;
        job.table_file = table;
        job.limit = limit;
        job.columns = std::move(columns);
        return done(job).preview_json;
    }
    // The JSON of one value of that type.
    std::string value(const std::string& type, const std::string& text) {
        const std::string json = preview(make("v " + type, "(" + text + ")"));
        const std::string before = R"({"columns":["v"],"rows":[{"v":)",
                          after = R"(}],"total_row_count":1,"preview_row_count":1})";
        EXPECT_TRUE(json.starts_with(before) && json.ends_with(after)) << json;
        EXPECT_EQ(query("SELECT json_valid('" + replace_quotes(json) + "')"), "true\n") << json;
        return json.substr(before.size(), json.size() - before.size() - after.size());
    }
    static std::string replace_quotes(std::string text) {
        for (auto at = text.find('\''); at != std::string::npos; at = text.find('\'', at + 2)) text.insert(at, 1, '\'');
        return text;
    }
};

TEST_F(Preview, FirstRowsInOrder) {
    const std::string table = make("id BIGINT, name VARCHAR", "(3, 'c'), (1, NULL), (2, 'b')");
    EXPECT_EQ(preview(table, 2), R"({"columns":["id","name"],"rows":[{"id":3,"name":"c"},{"id":1,"name":null}],)"
                                 R"("total_row_count":3,"preview_row_count":2})");
    EXPECT_EQ(preview(table, 1, {"NAME"}),
              R"({"columns":["name"],"rows":[{"name":"c"}],"total_row_count":3,"preview_row_count":1})");
    EXPECT_EQ(preview(table, 0), R"({"columns":["id","name"],"rows":[],"total_row_count":3,"preview_row_count":0})");
    EXPECT_EQ(preview(make("id BIGINT", "")),
              R"({"columns":["id"],"rows":[],"total_row_count":0,"preview_row_count":0})");
}

TEST_F(Preview, NumbersAreExact) {
    EXPECT_EQ(value("BIGINT", "9223372036854775807"), "9223372036854775807");
    EXPECT_EQ(value("HUGEINT", "-170141183460469231731687303715884105727"), "-170141183460469231731687303715884105727");
    EXPECT_EQ(value("UTINYINT", "255"), "255");
    EXPECT_EQ(value("DECIMAL(38,10)", "1234567890123456789012345678.0123456789"),
              "1234567890123456789012345678.0123456789");
    EXPECT_EQ(value("DECIMAL(4,2)", "-0.05"), "-0.05");
    EXPECT_EQ(value("DECIMAL(2,2)", "0.5"), "0.50");
    EXPECT_EQ(value("DOUBLE", "0.1"), "0.1");
    EXPECT_EQ(value("DOUBLE", "1e300"), "1e+300");
    EXPECT_EQ(value("FLOAT", "'nan'"), "\"NaN\"");
    EXPECT_EQ(value("DOUBLE", "'-inf'"), "\"-Infinity\"");
    EXPECT_EQ(value("BOOLEAN", "true"), "true");
}

TEST_F(Preview, TextsAndTimes) {
    EXPECT_EQ(value("VARCHAR", "'a\"b\\c' || chr(10) || chr(1) || 'ž🐎'"), "\"a\\\"b\\\\c\\n\\u0001ž🐎\"");
    EXPECT_EQ(value("DATE", "'2024-01-31'"), "\"2024-01-31\"");
    EXPECT_EQ(value("TIMESTAMP", "'2024-01-31 10:00:00.5'"), "\"2024-01-31 10:00:00.5\"");
    EXPECT_EQ(value("TIMESTAMPTZ", "'2024-01-31 10:00:00+02'"), "\"2024-01-31 08:00:00+00\"");
    EXPECT_EQ(value("INTERVAL", "INTERVAL '1 day 2 hours'"), "\"1 day 02:00:00\"");
    EXPECT_EQ(value("UUID", "'12345678-1234-1234-1234-123456789abc'"), "\"12345678-1234-1234-1234-123456789abc\"");
    EXPECT_EQ(value("BLOB", "'\\x00\\xAB'::BLOB"), "\"\\\\x00ab\"");
    EXPECT_EQ(value("ENUM('a', 'b')", "'b'"), "\"b\"");
}

TEST_F(Preview, NestedValues) {
    EXPECT_EQ(value("INTEGER[]", "[1, NULL, 3]"), "[1,null,3]");
    EXPECT_EQ(value("INTEGER[2]", "[1, 2]::INTEGER[2]"), "[1,2]");
    EXPECT_EQ(value("STRUCT(a INTEGER, \"b\"\"c\" DOUBLE[])", "{'a': 1, 'b\"c': ['nan'::DOUBLE]}"),
              R"({"a":1,"b\"c":["NaN"]})");
    EXPECT_EQ(value("MAP(VARCHAR, INTEGER)", "MAP {'x': 1, 'y\"': NULL}"), R"({"x":1,"y\"":null})");
    EXPECT_EQ(value("MAP(INTEGER, INTEGER)", "MAP {1: 2}"), R"([{"key":1,"value":2}])");
    EXPECT_EQ(value("JSON", "'{\"a\": [1, 2.50]}'"), R"({"a": [1, 2.50]})");
    EXPECT_EQ(value("UNION(n INTEGER, s VARCHAR)", "'x'"), "\"x\"");
    EXPECT_EQ(value("BIT", "'0101'"), "\"0101\"");
}

TEST_F(Preview, NamesOfColumnsAreEscaped) {
    EXPECT_EQ(preview(make("\"a\"\"b\\\" INT", "(1)")),
              R"({"columns":["a\"b\\"],"rows":[{"a\"b\\":1}],"total_row_count":1,"preview_row_count":1})");
}

TEST_F(Preview, HugeRowsEndThePreviewEarly) {
    const std::string table = make("v VARCHAR", "(repeat('x', 20000000)), (repeat('y', 20000000))");
    const std::string json = preview(table);
    EXPECT_LT(json.size(), 33U << 20);
    EXPECT_TRUE(json.ends_with(R"("total_row_count":2,"preview_row_count":1})"));
}

TEST_F(Preview, Failures) {
    link::PreviewJob job;
    job.table_file = make("id BIGINT", "(1)");
    job.columns = {"nope"};
    fails(job, "42703");
    job.columns = {"id", "ID"};
    fails(job, "42701");
    job.columns = {};
    job.table_file = path("gone.duckdb");
    fails(job, "58030");
    job.table_file = path("none.duckdb");
    sql("ATTACH '" + job.table_file + "' AS v; CREATE TABLE v.other(a INT)");
    fails(job, "XX001");
}

TEST(JsonText, RepairsWhatIsNoUtf8) {
    const auto escaped = [](std::string_view text) {
        std::string out;
        append_json_string(out, text);
        return out;
    };
    EXPECT_EQ(escaped("a\xff"), "\"a\xEF\xBF\xBD\"");
    EXPECT_EQ(escaped("\xC0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
    EXPECT_EQ(escaped("\xED\xA0\x80").size(), 2 + 3 * 3U);  // a lone surrogate
    EXPECT_EQ(escaped("\xF0\x9F\x90"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
    EXPECT_EQ(escaped("\xF4\x8F\xBF\xBF"), "\"\xF4\x8F\xBF\xBF\"");
    EXPECT_EQ(escaped(std::string_view("\0\x7f", 2)), "\"\\u0000\x7f\"");
}

}  // namespace
}  // namespace smew::engine::loader
