#include "pgsession/explain.hpp"

#include <gtest/gtest.h>

namespace smew::pgsession {
namespace {

std::string engine_sql(std::string_view sql) {
    const auto explain = read_explain(sql);
    if (!explain) return std::string(explain.error().code.text()) + " " + explain.error().message;
    return *explain ? (*explain)->engine_sql : "no explain";
}

TEST(Explain, KeepsWhereTheStatementStands) {
    const std::string_view sql = "explain (analyze, verbose, costs off, buffers, timing, format text) select 1";
    const std::string engine = engine_sql(sql);
    EXPECT_EQ(engine.size(), sql.size());
    EXPECT_TRUE(engine.starts_with("EXPLAIN ANALYZE ")) << engine;
    EXPECT_EQ(engine.find("select 1"), sql.find("select 1"));
    EXPECT_EQ(engine_sql("EXPLAIN(ANALYZE,FORMAT JSON)select 1"), "EXPLAIN(ANALYZE,FORMAT JSON)select 1");
    EXPECT_EQ(engine_sql("explain analyze verbose select 1"), "EXPLAIN ANALYZE         select 1");
    EXPECT_EQ(engine_sql("explain (select 1)"), "EXPLAIN (select 1)");
    EXPECT_EQ(engine_sql("explain ((select 1) union (select 2))"), "EXPLAIN ((select 1) union (select 2))");
    EXPECT_EQ(engine_sql("explain (analyze off) select 1").substr(0, 12), "EXPLAIN     ");
    EXPECT_EQ(engine_sql("select 1"), "no explain");
}

TEST(Explain, KnowsWhatIsJson) {
    EXPECT_TRUE((**read_explain("explain (format json) select 1")).json);
    EXPECT_TRUE((**read_explain("explain (format 'JSON') select 1")).json);
    EXPECT_FALSE((**read_explain("explain select 1")).json);
}

TEST(Explain, RefusesWhatPostgresqlRefuses) {
    EXPECT_EQ(engine_sql("explain (nonsense) update t set a = 1"), "42601 unrecognized EXPLAIN option \"nonsense\"");
    EXPECT_EQ(engine_sql("explain (timing) select 1"), "22023 EXPLAIN option TIMING requires ANALYZE");
    EXPECT_EQ(engine_sql("explain (analyze maybe) select 1"), "42601 analyze requires a Boolean value");
    EXPECT_EQ(engine_sql("explain (format xml) select 1"), "0A000 EXPLAIN (FORMAT xml) is not supported");
    EXPECT_EQ(engine_sql("explain (format html) select 1"),
              "22023 unrecognized value for EXPLAIN option \"format\": \"html\"");
    EXPECT_EQ(engine_sql("explain (costs"), "42601 syntax error at end of input");
    EXPECT_EQ(engine_sql("explain"), "42601 syntax error at end of input");
}

}  // namespace
}  // namespace smew::pgsession
