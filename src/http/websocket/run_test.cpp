#include "http/websocket/run.hpp"

#include "pgproto/oids.hpp"

#include <gtest/gtest.h>

namespace smew::http::websocket {
namespace {

namespace oid = pgproto::oid;
using pgproto::TransactionStatus;

class RunTest : public testing::Test {
protected:
    using Statement = websocket::Run;
    Statement start(std::deque<Step> steps, std::size_t batch_bytes = 1 << 16) {
        return Statement("1", std::move(steps), batch_bytes,
                         [this](std::string message) { said_.push_back(std::move(message)); });
    }
    static pgproto::RowDescription columns(std::initializer_list<std::uint32_t> types) {
        pgproto::RowDescription description;
        for (const std::uint32_t type : types) description.fields.push_back({.name = "c", .type_oid = type});
        return description;
    }
    static pgproto::DataRow row(std::initializer_list<std::optional<std::string_view>> values) {
        pgproto::DataRow out;
        for (const auto& value : values) {
            out.values.push_back(value ? std::optional<ByteSpan>(as_bytes(*value)) : std::nullopt);
        }
        return out;
    }
    static pgproto::ReadyForQuery ready(TransactionStatus status = TransactionStatus::kIdle) { return {status}; }
    static pgproto::ErrorResponse failure() {
        return {.severity = "ERROR", .error = {sqlstate::kUndefinedColumn, "no such column"}};
    }

    std::vector<std::string> said_;
};

TEST_F(RunTest, ValuesKeepEveryDigit) {
    Statement run = start({step_of("x", std::nullopt)});
    run.take(columns(
        {oid::kInt4, oid::kInt8, oid::kInt8, oid::kFloat8, oid::kFloat8, oid::kBool, oid::kNumeric, oid::kText}));
    run.take(row({"-1", "9007199254740991", "9007199254740993", "1e-05", "-Infinity", "f", "1.10", "ä\x01\xff"}));
    run.take(row({{}, {}, {}, {}, {}, {}, {}, {}}));
    run.take(pgproto::CommandComplete{"SELECT 2"});
    EXPECT_EQ(run.take(ready()), Statement::Need::kEnd);
    ASSERT_EQ(said_.size(), 1U);
    const std::string expected =
        "[-1,9007199254740991,\"9007199254740993\",1e-05,\"-Infinity\",false,\"1.10\",\"ä\\u0001\xEF\xBF\xBD\"],"
        "[null,null,null,null,null,null,null,null]]}";
    EXPECT_EQ(said_[0].substr(said_[0].size() - expected.size()), expected);
    EXPECT_EQ(run.completion().results[0].rows, 2U);
}

TEST_F(RunTest, BatchesAreBoundedAndOnlyTheFirstHasColumns) {
    Statement run = start({step_of("x", std::nullopt)}, 200);
    run.take(columns({oid::kText}));
    const std::string value(90, 'v');
    for (int i = 0; i < 5; ++i) run.take(row({value}));
    run.take(pgproto::CommandComplete{"SELECT 5"});
    run.take(ready());
    ASSERT_GT(said_.size(), 2U);
    for (std::size_t i = 0; i < said_.size(); ++i) {
        EXPECT_EQ(said_[i].find("columns") != std::string::npos, i == 0);
        EXPECT_LT(said_[i].size(), 320U);
    }
}

TEST_F(RunTest, AResultWithoutRowsHasItsColumns) {
    Statement run = start({step_of("x", std::nullopt)});
    run.take(columns({oid::kInt4}));
    run.take(pgproto::CommandComplete{"SELECT 0"});
    run.take(ready());
    EXPECT_EQ(said_, std::vector<std::string>{
                         R"({"type":"rows","id":1,"result":0,"columns":[{"name":"c","type":"int4"}],"rows":[]})"});
}

TEST_F(RunTest, RowsBeforeAnErrorAreTold) {
    Statement run = start({step_of("x", std::nullopt)});
    run.take(columns({oid::kInt4}));
    run.take(row({"1"}));
    run.take(failure());
    EXPECT_EQ(run.take(ready(TransactionStatus::kFailed)), Statement::Need::kEnd);
    EXPECT_EQ(said_.size(), 1U);
    EXPECT_EQ(run.error()->message, "no such column");
}

TEST_F(RunTest, AReadOnlyRunTellsOnlyItsMiddleAndAlwaysTidiesUp) {
    Statement good = start(read_only_steps("SELECT 1"));
    good.take(pgproto::CommandComplete{"BEGIN"});
    EXPECT_EQ(good.take(ready(TransactionStatus::kInTransaction)), Statement::Need::kNextStep);
    EXPECT_TRUE(good.extended());
    good.take(columns({oid::kInt4}));
    good.take(row({"1"}));
    good.take(pgproto::CommandComplete{"SELECT 1"});
    EXPECT_EQ(good.take(ready(TransactionStatus::kInTransaction)), Statement::Need::kNextStep);
    good.take(pgproto::CommandComplete{"ROLLBACK"});
    EXPECT_EQ(good.take(ready()), Statement::Need::kEnd);
    EXPECT_EQ(good.completion().results.size(), 1U);

    Statement bad = start(read_only_steps("SELECT 1"));
    bad.take(failure());  // of the BEGIN: the query is left out, the ROLLBACK is not
    EXPECT_EQ(bad.take(ready()), Statement::Need::kNextStep);
    EXPECT_FALSE(bad.extended());
    EXPECT_EQ(bad.take(ready()), Statement::Need::kEnd);
    EXPECT_TRUE(bad.error());
}

TEST_F(RunTest, WithMostRowsEachStatementIsAStep) {
    const auto steps =
        steps_of({.id = "1", .sql = " SELECT 'ä' ; SELECT 2;; -- end", .parameters = {}, .max_rows = 2, .trace = {}});
    ASSERT_TRUE(steps);
    ASSERT_EQ(steps->size(), 2U);
    EXPECT_EQ((*steps)[0].characters_before, 1);
    EXPECT_EQ((*steps)[1].characters_before, 14);
    EXPECT_TRUE((*steps)[0].extended);

    Statement run = start(*steps);
    run.take(columns({oid::kText}));
    run.take(row({"ä"}));
    run.take(row({"ä"}));
    run.take(pgproto::PortalSuspended{});
    EXPECT_EQ(run.take(ready()), Statement::Need::kNextStep);
    pgproto::ErrorResponse wrong = failure();
    wrong.error.position = 8;
    run.take(wrong);
    EXPECT_EQ(run.take(ready()), Statement::Need::kEnd);
    ASSERT_EQ(run.completion().results.size(), 1U);
    EXPECT_EQ(run.completion().results[0].tag, "SELECT 2");
    EXPECT_TRUE(run.completion().results[0].more);
    EXPECT_EQ(run.error()->position, 22);
}

TEST_F(RunTest, StatementsAreBounded) {
    std::string many;
    for (int i = 0; i < 10'001; ++i) many += "x;";
    EXPECT_FALSE(steps_of({.id = "1", .sql = many, .parameters = {}, .max_rows = 2, .trace = {}}));
    EXPECT_TRUE(steps_of({.id = "1", .sql = many, .parameters = {}, .trace = {}}));
    EXPECT_EQ(steps_of({.id = "1", .sql = " -- nothing", .parameters = {}, .max_rows = 2, .trace = {}})->size(), 1U);
}

TEST_F(RunTest, StoppedBetweenStatementsTheRestIsLeftOut) {
    Statement run =
        start(*steps_of({.id = "1", .sql = "SELECT 1; SELECT 2", .parameters = {}, .max_rows = 9, .trace = {}}));
    run.take(pgproto::CommandComplete{"SELECT 1"});
    run.stop();
    EXPECT_EQ(run.take(ready()), Statement::Need::kEnd);
    EXPECT_EQ(run.error()->code, sqlstate::kQueryCanceled);
}

TEST_F(RunTest, ATraceFollowsTheStatement) {
    const std::string parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const auto steps = steps_of({.id = "1", .sql = "SELECT 1", .parameters = {}, .max_rows = 0, .trace = {}}, parent);
    const pgproto::Buffer& sent = steps->front().messages;
    const std::string text(sent.begin(), sent.end());
    EXPECT_NE(text.find("SELECT 1\n/*traceparent='" + parent + "'*/"), std::string::npos);
}

TEST_F(RunTest, AnErrorStandsWhereItStoodBeforeItsTextWasTraced) {
    const std::string parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const std::string sql = "SELECT 1; SELECT broken";
    Statement run = start({step_of(sql, std::nullopt, parent)});
    pgproto::ErrorResponse wrong = failure();
    wrong.error.position = static_cast<int>(TracedText(sql, parent).text().find("broken")) + 1;
    run.take(wrong);
    run.take(ready());
    EXPECT_EQ(run.error()->position, 18);
}

TEST_F(RunTest, CopyIsRefused) {
    Statement in = start({step_of("COPY t FROM STDIN", std::nullopt)});
    EXPECT_EQ(in.take(pgproto::CopyResponse{.direction = 'G', .overall = {}, .columns = {}}),
              Statement::Need::kCopyFail);
    Statement out = start({step_of("COPY t TO STDOUT", std::nullopt)});
    EXPECT_EQ(out.take(pgproto::CopyResponse{.direction = 'H', .overall = {}, .columns = {}}),
              Statement::Need::kCancel);
    EXPECT_EQ(out.error()->code, sqlstate::kFeatureNotSupported);
}

}  // namespace
}  // namespace smew::http::websocket
