// From what a worker reports to the sinks: completion by mode, the audit's file, slow queries.
#include "observe/query_audit.hpp"
#include "observe/slow_queries.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

namespace smew::observe {
namespace {

namespace json = boost::json;
using config::QueryAuditMode;

class Kept final : public QueryListener {
public:
    void executed(const link::QueryRecord& record) override { records.push_back(record); }
    std::vector<link::QueryRecord> records;
};

class QueryFeedTest : public testing::Test {
protected:
    ~QueryFeedTest() override { std::filesystem::remove_all(dir_); }

    static link::QueryRecord sample() {
        link::QueryRecord record;
        record.session = SessionId("sess_xyz");
        record.number = 3;
        record.user = "ws_abc123_user";
        record.client_address = "192.168.1.100";
        record.started_at_us = 1'734'604'245'123'000 - 234'000;
        record.duration_us = 234'000;
        record.rows_returned = 1500;
        record.bytes_returned = 45'000;
        record.query = "SELECT * FROM in_c_sales.orders WHERE date > '2024-01-01'";
        record.query_bytes = record.query.size();
        return record;
    }
    struct Worker {
        link::RecordWriter writer;
        std::shared_ptr<link::RecordReader> reader = std::make_shared<link::RecordReader>();
    };
    static void take(QueryFeed& feed, const std::vector<link::QueryRecord>& records, Worker& worker) {
        std::vector<std::uint8_t> frames;
        for (const auto& record : records) worker.writer.write(frames, record);
        feed.take({.project = ProjectId("123"),
                   .workspace = WorkspaceId("ws_abc123"),
                   .frames = std::string(as_text(frames)),
                   .reader = worker.reader,
                   .dropped = 2});
    }
    // Through feed and completion, to the end.
    std::vector<link::QueryRecord> through(const std::vector<link::QueryRecord>& records,
                                           const std::vector<QueryListener*>& more = {}) {
        Kept kept;
        QueryFeed feed(policy_, metrics_);
        feed.listen(kept);
        for (QueryListener* listener : more) feed.listen(*listener);
        feed.start();
        Worker worker;
        take(feed, records, worker);
        feed.stop();
        return kept.records;
    }
    link::QueryRecord completed(QueryAuditMode mode, const link::QueryRecord& record) {
        policy_.change([mode](QueryPolicy::Values& values) { values.mode = mode; });
        const auto records = through({record});
        return records.empty() ? link::QueryRecord{} : records.front();
    }
    std::string scraped(const std::string& metric) const {
        const std::string all = metrics_.scrape();
        const std::size_t line = all.find("\n" + metric + " ");
        return line == std::string::npos
                   ? ""
                   : all.substr(line + metric.size() + 2, all.find('\n', line + 1) - line - metric.size() - 2);
    }
    static std::vector<json::object> lines_of(const std::filesystem::path& file) {
        std::vector<json::object> lines;
        std::ifstream in(file);
        for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line).as_object());
        return lines;
    }

    config::Settings settings_;
    QueryPolicy policy_{settings_};
    telemetry::Metrics metrics_{"1", "1"};
    std::filesystem::path dir_ = std::filesystem::temp_directory_path() / ("smew_audit_" + std::to_string(::getpid()));
};

TEST_F(QueryFeedTest, CompletesWhatAWorkerReported) {
    const auto records = through({sample()});
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].project.value(), "123");
    EXPECT_EQ(records[0].workspace.value(), "ws_abc123");
    EXPECT_TRUE(records[0].query_hash.starts_with("sha256:"));
    EXPECT_EQ(records[0].query_hash.size(), 7U + 64);
    EXPECT_EQ(scraped("smew_query_records_total"), "1");
    EXPECT_EQ(scraped("smew_query_records_dropped_total{where=\"worker\"}"), "2");
}

TEST_F(QueryFeedTest, WhatRepeatsHasAShapeAndIsCompletedAsItsFirst) {
    policy_.change([](QueryPolicy::Values& values) { values.mode = QueryAuditMode::kStructure; });
    link::QueryRecord other = sample();
    other.query = "SELECT 'secret'";
    const auto records = through({sample(), sample(), other, sample(), other});
    ASSERT_EQ(records.size(), 5U);
    for (const auto& record : {records[1], records[3]}) {
        EXPECT_EQ(record.query, "SELECT * FROM in_c_sales.orders WHERE date > ?");
        EXPECT_EQ(record.query_hash, records[0].query_hash);
        EXPECT_EQ(record.workspace.value(), "ws_abc123");
        EXPECT_EQ(record.number, 3U);
    }
    EXPECT_NE(records[1].shape, 0U);
    EXPECT_EQ(records[3].shape, records[1].shape);
    EXPECT_EQ(records[4].query, "SELECT ?");
    EXPECT_NE(records[4].shape, records[1].shape);
}

TEST_F(QueryFeedTest, AChangedModeHoldsForWhatRepeatsToo) {
    Worker worker;
    Kept kept;
    for (const QueryAuditMode mode :
         {QueryAuditMode::kFull, QueryAuditMode::kStructure, QueryAuditMode::kHashOnly, QueryAuditMode::kFull}) {
        policy_.change([mode](QueryPolicy::Values& values) { values.mode = mode; });
        QueryFeed feed(policy_, metrics_);
        feed.listen(kept);
        feed.start();
        take(feed, {sample(), sample()}, worker);
    }
    std::vector<std::string> texts;
    for (const auto& record : kept.records) texts.push_back(record.query);
    const std::string full = sample().query, structure = "SELECT * FROM in_c_sales.orders WHERE date > ?";
    EXPECT_EQ(texts, (std::vector<std::string>{full, full, structure, structure, "", "", full, full}));
}

TEST_F(QueryFeedTest, ABacklogIsLeftToTheWorkersAndNoRecordIsLostUncounted) {
    {
        QueryFeed feed(policy_, metrics_);  // nobody reads
        link::QueryRecord large = sample();
        large.query.resize(1U << 20, 'x');
        Worker worker;
        EXPECT_TRUE(feed.has_room());
        for (int i = 0; i < 33; ++i) take(feed, {large}, worker);
        EXPECT_FALSE(feed.has_room());
    }
    EXPECT_EQ(scraped("smew_query_records_dropped_total{where=\"feed\"}"), "33");
}

TEST_F(QueryFeedTest, TheHashIsTheSameForStatementsThatDifferInLiteralsAndInEveryMode) {
    link::QueryRecord other = sample();
    other.query = "select *\nfrom in_c_sales.orders where date > '1999-12-31' -- new";
    const std::string hash = completed(QueryAuditMode::kFull, sample()).query_hash;
    EXPECT_EQ(completed(QueryAuditMode::kStructure, other).query_hash, hash);
    EXPECT_EQ(completed(QueryAuditMode::kHashOnly, other).query_hash, hash);
}

TEST_F(QueryFeedTest, ModesDecideWhatIsKept) {
    link::QueryRecord failed = sample();
    failed.status = link::QueryStatus::kError;
    failed.sqlstate = sqlstate::kInvalidTextRepresentation;
    failed.error = "invalid input syntax for type integer: \"secret\"";
    failed.plan =
        R"({"extra_info":{"Filters":"a='secret'"},"query_name":"secret","latency":1,)"
        R"("children":[{"operator_name":"SCAN","operator_timing":0.5,"extra_info":{"x":["secret"]},"children":[]}]})";
    EXPECT_EQ(completed(QueryAuditMode::kFull, failed).error, failed.error);

    const auto structure = completed(QueryAuditMode::kStructure, failed);
    EXPECT_EQ(structure.query, "SELECT * FROM in_c_sales.orders WHERE date > ?");
    EXPECT_EQ(structure.error, "invalid_text_representation");
    EXPECT_EQ(structure.plan,
              R"({"latency":1,"children":[{"operator_name":"SCAN","operator_timing":5E-1,"children":[]}]})");

    const auto hash_only = completed(QueryAuditMode::kHashOnly, failed);
    EXPECT_EQ(hash_only.query, "");
    EXPECT_EQ(hash_only.plan, "");
    EXPECT_EQ(hash_only.error, "invalid_text_representation");
}

TEST_F(QueryFeedTest, OfWhatDoesNotParseStructureKeepsTheVerb) {
    link::QueryRecord record = sample();
    record.query = "SELECT 'it' s secret FROM";
    record.status = link::QueryStatus::kError;
    record.sqlstate = sqlstate::kSyntaxError;
    EXPECT_EQ(completed(QueryAuditMode::kStructure, record).query, "SELECT ...");
}

TEST_F(QueryFeedTest, LongTextsAreCut) {
    policy_.change([](QueryPolicy::Values& values) { values.max_length = 20; });
    EXPECT_EQ(through({sample()}).front().query, "SELECT * FROM in_c_s");
}

TEST_F(QueryFeedTest, TheAuditWritesTheSeedsRecord) {
    const auto file = dir_ / "log" / "audit.jsonl";
    {
        QueryAudit audit(RotatingFile(file, Bytes{1'000'000}, 3), policy_, metrics_);
        through({sample()}, {&audit});
    }
    const auto lines = lines_of(file);
    ASSERT_EQ(lines.size(), 1U);
    const std::vector<std::string> fields{"event",       "timestamp",     "workspace_id",   "project_id", "session_id",
                                          "query_id",    "username",      "client_ip",      "query",      "query_hash",
                                          "duration_ms", "rows_returned", "bytes_returned", "status",     "error"};
    std::vector<std::string> found;
    for (const auto& [name, value] : lines[0]) found.emplace_back(name);
    EXPECT_EQ(found, fields);
    EXPECT_EQ(lines[0].at("event").as_string(), "query_executed");
    EXPECT_EQ(lines[0].at("timestamp").as_string(), "2024-12-19T10:30:45.123Z");
    EXPECT_EQ(lines[0].at("duration_ms").as_int64(), 234);
    EXPECT_EQ(lines[0].at("query_id").as_string(), "sess_xyz-3");
    EXPECT_TRUE(lines[0].at("error").is_null());
    EXPECT_EQ(std::filesystem::status(file).permissions(), std::filesystem::perms(0600));
}

TEST_F(QueryFeedTest, TheAuditCanBeTurnedOffAndOn) {
    const auto file = dir_ / "audit.jsonl";
    {
        QueryAudit audit(RotatingFile(file, Bytes{1'000'000}, 3), policy_, metrics_);
        policy_.change([](QueryPolicy::Values& values) { values.audit = false; });
        through({sample()}, {&audit});
        policy_.change([](QueryPolicy::Values& values) { values.audit = true; });
        through({sample()}, {&audit});
    }
    EXPECT_EQ(lines_of(file).size(), 1U);
    EXPECT_TRUE(policy_.observation().records);
}

TEST_F(QueryFeedTest, AFileThatCannotBeWrittenCostsRecordsThatAreCounted) {
    {
        QueryAudit audit(RotatingFile("/proc/no/such/place/audit", Bytes{1'000'000}, 3), policy_, metrics_);
        through({sample(), sample()}, {&audit});
    }
    EXPECT_EQ(scraped("smew_query_records_dropped_total{where=\"audit_file\"}"), "2");
    {
        QueryAudit audit(RotatingFile("/dev/full", Bytes{1'000'000}, 3), policy_, metrics_);
        through({sample()}, {&audit});
    }
    EXPECT_EQ(scraped("smew_query_records_dropped_total{where=\"audit_file\"}"), "3");
}

TEST_F(QueryFeedTest, FilesRotateBySizeAndCount) {
    std::filesystem::create_directories(dir_);
    RotatingFile file(dir_ / "f", Bytes{10}, 3);
    for (const char* line : {"one111\n", "two222\n", "three3\n", "four44\n"}) ASSERT_TRUE(file.append(line));
    const auto content = [&](const char* name) {
        std::ifstream in(dir_ / name);
        std::string line;
        std::getline(in, line);
        return line;
    };
    EXPECT_EQ(content("f"), "four44");
    EXPECT_EQ(content("f.1"), "three3");
    EXPECT_EQ(content("f.2"), "two222");
    EXPECT_FALSE(std::filesystem::exists(dir_ / "f.3"));
}

TEST_F(QueryFeedTest, WhatIsReservedForMuchIsGivenBack) {
    std::filesystem::create_directories(dir_);
    const auto allocated = [&](const char* name) {
        struct stat found {};
        return ::stat((dir_ / name).c_str(), &found) == 0 ? found.st_blocks * 512 : -1;
    };
    const std::string much(100'000, 'x');
    {
        RotatingFile file(dir_ / "f", Bytes{250'000}, 3);
        for (int i = 0; i < 3; ++i) ASSERT_TRUE(file.append(much));  // the third is in a new file
        ASSERT_TRUE(file.append("little\n"));
    }
    EXPECT_EQ(std::filesystem::file_size(dir_ / "f.1"), 200'000U);
    EXPECT_EQ(std::filesystem::file_size(dir_ / "f"), 100'007U);
    EXPECT_LT(allocated("f"), 110'000 + 65'536);
    std::ifstream in(dir_ / "f");
    const std::string content((std::istreambuf_iterator<char>(in)), {});
    EXPECT_EQ(content, much + "little\n");
}

TEST_F(QueryFeedTest, SlowOnesAreCountedKeptAndAlerted) {
    const SystemClock clock;
    const auto alerts = Alerts::create(settings_, clock, [](const ProjectId&) { return std::string("Shop"); });
    SlowQueries slow(policy_, metrics_, *alerts);
    link::QueryRecord record = sample();
    record.slow = true;
    record.duration_us = 2'500'000;
    through({sample(), record, record}, {&slow});
    EXPECT_EQ(scraped("pgwire_slow_queries_total"), "2");
    EXPECT_EQ(slow.recent(std::nullopt, 10).size(), 2U);
    EXPECT_EQ(slow.recent(ProjectId("123"), 1).front().number, 2U);
    EXPECT_EQ(slow.recent(ProjectId("123"), 10, 2).front().number, 1U);
    EXPECT_TRUE(slow.recent(ProjectId("other"), 10).empty());
    const auto alert = alerts->history(10).front().alert;
    EXPECT_EQ(kind_of(alert.type).name, "PGWireSlowQuery");
    std::vector<std::string> context;
    for (const auto& [name, value] : alert.context) context.push_back(name);
    EXPECT_EQ(context, (std::vector<std::string>{"project_id", "project_name", "workspace_id", "branch_id",
                                                 "session_id", "query_hash"}));
    EXPECT_DOUBLE_EQ(*alert.value, 2.5);
}

}  // namespace
}  // namespace smew::observe
