#include "http/query_lines.hpp"

#include "pgproto/oids.hpp"

#include <gtest/gtest.h>

namespace smew::http {
namespace {

namespace oid = pgproto::oid;

class QueryLinesTest : public testing::Test {
protected:
    // The rows' line of one value of that type.
    std::string written(std::uint32_t type, std::optional<std::string_view> value) {
        lines_.header({.fields = {{.name = "v", .type_oid = type}}});
        out_.clear();
        lines_.row({.values = {value ? std::optional<ByteSpan>(as_bytes(*value)) : std::nullopt}});
        lines_.end_batch();
        return out_;
    }

    std::string out_;
    QueryLines lines_{out_};
};

TEST_F(QueryLinesTest, ValuesKeepWhatJsonCanHold) {
    const auto line = [](std::string_view value) {
        return R"({"type":"rows","rows":[[)" + std::string(value) + "]]}\n";
    };
    EXPECT_EQ(written(oid::kInt4, "-7"), line("-7"));
    EXPECT_EQ(written(oid::kFloat8, "1e+20"), line("1e+20"));
    EXPECT_EQ(written(oid::kFloat8, "-Infinity"), line(R"("-Infinity")"));
    EXPECT_EQ(written(oid::kBool, "f"), line("false"));
    EXPECT_EQ(written(oid::kInt8, "9223372036854775807"), line(R"("9223372036854775807")"));
    EXPECT_EQ(written(oid::kNumeric, "1.50"), line(R"("1.50")"));
    EXPECT_EQ(written(oid::kText, "a\"\n"), line(R"("a\"\n")"));
    EXPECT_EQ(written(oid::kText, std::nullopt), line("null"));
}

TEST_F(QueryLinesTest, ABatchIsOneLineAndANoticeEndsIt) {
    lines_.row({.values = {}});
    lines_.row({.values = {}});
    lines_.notice({sqlstate::kWarning, "careful"});
    EXPECT_EQ(out_,
              "{\"type\":\"rows\",\"rows\":[[],[]]}\n"
              "{\"type\":\"notice\",\"sqlstate\":\"01000\",\"message\":\"careful\"}\n");
}

TEST_F(QueryLinesTest, ColumnsHaveNamesOfTypes) {
    lines_.header({.fields = {{.name = "a", .type_oid = oid::kInt8Array}, {.name = "b\"", .type_oid = 99999}}});
    EXPECT_EQ(out_,
              "{\"type\":\"header\",\"columns\":[{\"name\":\"a\",\"type\":\"bigint[]\",\"type_oid\":1016},"
              "{\"name\":\"b\\\"\",\"type\":\"oid 99999\",\"type_oid\":99999}]}\n");
}

TEST_F(QueryLinesTest, TheEndTellsWhatHappened) {
    lines_.end({.tag = "SELECT 2", .rows = 2, .more = true}, std::chrono::microseconds(1500));
    EXPECT_EQ(out_, "{\"type\":\"end\",\"command\":\"SELECT 2\",\"rows\":2,\"more\":true,\"duration_ms\":1.500000}\n");
    out_.clear();
    Error error{sqlstate::kUndefinedTable, "no such table", "", "make one"};
    error.position = 15;
    lines_.end({.error = error, .tag = ""}, std::chrono::microseconds(0));
    EXPECT_EQ(out_,
              "{\"type\":\"error\",\"sqlstate\":\"42P01\",\"message\":\"no such table\",\"hint\":\"make "
              "one\",\"position\":15,"
              "\"rows\":0,\"duration_ms\":0.000000}\n");
}

}  // namespace
}  // namespace smew::http
