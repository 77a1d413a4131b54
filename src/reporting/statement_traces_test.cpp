#include "reporting/statement_traces.hpp"

#include "reporting/statement_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace smew::reporting {
namespace {

const std::string kTrace = "4bf92f3577b34da6a3ce929d0e0e4736", kParent = "00f067aa0ba902b7";

class Kept final : public tracing::Sink {
public:
    void finished(const tracing::Finished& transaction) override { transactions.push_back(transaction); }
    void sampled_out() override { ++left_out; }
    std::vector<tracing::Finished> transactions;
    int left_out = 0;
};

link::QueryRecord a_record(std::string query, std::string tag = "SELECT 3") {
    link::QueryRecord record;
    record.session = SessionId("sess_1");
    record.project = ProjectId("shop");
    record.workspace = WorkspaceId("ws_1");
    record.started_at_us = 1'734'604'245'000'000;
    record.duration_us = 5000;
    record.plan_us = 1200;
    record.first_row_us = 3000;
    record.rows_returned = 3;
    record.command_tag = std::move(tag);
    record.query = std::move(query);
    record.query_hash = "sha256:abc";
    return record;
}

class StatementTracesTest : public testing::Test {
protected:
    const tracing::TransactionRecord& traced(const link::QueryRecord& record,
                                             tracing::SampleRates rates = {1, 1, 1, 1}) {
        const tracing::Tracer tracer(rates, {"key", "smew@1", "test", ""}, clock_, {&kept_});
        StatementTraces(tracer).executed(record);
        static const tracing::TransactionRecord kNone;
        return kept_.transactions.empty() ? kNone : *kept_.transactions.back();
    }
    ManualClock clock_{WallTime(std::chrono::hours(480'000))};
    Kept kept_;
};

std::string text_of(const tracing::SpanRecord& span, std::string_view name) {
    const auto found =
        std::ranges::find(span.data, name, [](const auto& pair) { return std::string_view(pair.first); });
    return found == span.data.end() ? "" : std::get<std::string>(found->second);
}

TEST_F(StatementTracesTest, AStatementIsATransactionWithItsQuery) {
    const auto& transaction = traced(a_record("SELECT name FROM people WHERE mail = 'bob@example.com' AND n = 42"));
    EXPECT_EQ(transaction.root.op, "db.server");
    EXPECT_EQ(transaction.root.description, "pgwire SELECT");
    EXPECT_EQ(transaction.root.start, WallTime(std::chrono::microseconds(1'734'604'245'000'000)));
    EXPECT_EQ(transaction.root.end - transaction.root.start, std::chrono::microseconds(5000));
    ASSERT_EQ(transaction.spans.size(), 2U);
    const auto& plan = transaction.spans[0];
    const auto& query = transaction.spans[1];
    EXPECT_EQ(query.op, "db.query");
    EXPECT_EQ(query.description, "SELECT name FROM people WHERE mail = ? AND n = ?");
    EXPECT_EQ(query.parent, transaction.root.id);
    EXPECT_EQ(text_of(query, "db.system"), "postgresql");
    EXPECT_EQ(text_of(query, "db.operation.name"), "SELECT");
    EXPECT_EQ(plan.op, "db.plan");
    EXPECT_EQ(plan.parent, query.id);
    EXPECT_EQ(plan.end - plan.start, std::chrono::microseconds(1200));
}

TEST_F(StatementTracesTest, ContinuesTheCallersTraceAndDecision) {
    link::QueryRecord record = a_record("SELECT 1");
    record.traceparent = "00-" + kTrace + "-" + kParent + "-01";
    const auto& transaction = traced(record, {0, 0, 0, 0});
    EXPECT_EQ(transaction.trace.hex(), kTrace);
    EXPECT_EQ(transaction.root.parent.hex(), kParent);
    record.traceparent.back() = '0';
    traced(record);
    EXPECT_EQ(kept_.transactions.size(), 1U) << "the caller does not record it";
    EXPECT_EQ(kept_.left_out, 1);
}

TEST_F(StatementTracesTest, EachDoorHasItsRate) {
    link::QueryRecord record = a_record("SELECT 1");
    const tracing::SampleRates rates{.health = 0, .websocket = 1, .api = 0, .other = 0};
    traced(record, rates);
    record.door = link::Door::kRest;
    traced(record, rates);
    EXPECT_TRUE(kept_.transactions.empty());
    record.door = link::Door::kWebsocket;
    EXPECT_EQ(traced(record, rates).root.description, "websocket SELECT");
}

TEST_F(StatementTracesTest, NoLiteralGetsThrough) {
    for (const char* text : {"SELECT 'planted", "SELECT $$planted$$", "SELECT E'\\'planted'", "COPY t FROM 'planted'",
                             "SELECT 1 /* planted */", "SELECT 1 -- planted", "SELECT U&'planted', 4111111111111111"}) {
        EXPECT_EQ(told_text(a_record(text)).find("planted"), std::string::npos) << text;
        EXPECT_EQ(told_text(a_record(text)).find("4111"), std::string::npos) << text;
    }
    link::QueryRecord broken = a_record("SELEKT planted planted", "");
    broken.status = link::QueryStatus::kError;
    broken.sqlstate = sqlstate::kSyntaxError;
    const auto& transaction = traced(broken);
    EXPECT_EQ(transaction.spans.back().description.find("planted"), std::string::npos);
    EXPECT_EQ(transaction.root.description, "pgwire OTHER");
    EXPECT_EQ(transaction.root.status, tracing::Status::kInvalidArgument);
}

TEST_F(StatementTracesTest, WithHashOnlyTheHashIsToldAndNoText) {
    link::QueryRecord record = a_record("");
    record.status = link::QueryStatus::kTimeout;
    record.sqlstate = sqlstate::kQueryCanceled;
    const auto& transaction = traced(record);
    EXPECT_EQ(transaction.spans.back().description, "sha256:abc");
    EXPECT_EQ(transaction.root.status, tracing::Status::kDeadlineExceeded);
}

}  // namespace
}  // namespace smew::reporting
