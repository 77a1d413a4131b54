#include "telemetry/metrics.hpp"

#include "core/duration_buckets.hpp"
#include "telemetry/process_usage.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <map>
#include <set>
#include <sstream>

namespace smew::telemetry {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// Name with labels → value, of everything exported.
std::map<std::string, double> scraped(const Metrics& metrics) {
    std::map<std::string, double> values;
    std::istringstream lines(metrics.scrape());
    for (std::string line; std::getline(lines, line);) {
        const std::size_t blank = line.rfind(' ');
        if (!line.starts_with('#')) values[line.substr(0, blank)] = std::stod(line.substr(blank + 1));
    }
    return values;
}

class MetricsTest : public testing::Test {
protected:
    double value(const std::string& name) {
        const auto values = scraped(metrics);
        const auto found = values.find(name);
        EXPECT_NE(found, values.end()) << name;
        return found == values.end() ? -1 : found->second;
    }
    Metrics metrics{"0.1.0", "v1.5.5"};
};

TEST_F(MetricsTest, TellsVersionsAndThatItRuns) {
    EXPECT_EQ(value("duckdb_api_service_info{duckdb_version=\"v1.5.5\",version=\"0.1.0\"}"), 1);
    EXPECT_EQ(value("duckdb_api_up"), 1);
}

TEST_F(MetricsTest, CountsConnectionsAndQueriesByStatus) {
    EXPECT_EQ(value("pgwire_connections_total{status=\"limit_reached\"}"), 0);
    metrics.connection(ConnectionStatus::kLimitReached);
    metrics.connection(ConnectionStatus::kError);
    metrics.query(QueryStatus::kSuccess, 5);
    metrics.query(QueryStatus::kCancelled, 2);
    metrics.connections_active(3);
    metrics.connections_active(-1);
    metrics.bytes_sent(1000);
    EXPECT_EQ(value("pgwire_connections_total{status=\"limit_reached\"}"), 1);
    EXPECT_EQ(value("pgwire_connections_total{status=\"error\"}"), 1);
    EXPECT_EQ(value("pgwire_queries_total{status=\"success\"}"), 5);
    EXPECT_EQ(value("pgwire_queries_total{status=\"cancelled\"}"), 2);
    EXPECT_EQ(value("pgwire_queries_total{status=\"timeout\"}"), 0);
    EXPECT_EQ(value("pgwire_connections_active"), 2);
    EXPECT_EQ(value("pgwire_bytes_sent_total"), 1000);
}

TEST_F(MetricsTest, QueryDurationsHaveTheSeedsBuckets) {
    metrics.query_duration(milliseconds(30));
    const std::string text = metrics.scrape();
    std::string bounds;
    const std::string prefix = "pgwire_query_duration_seconds_bucket{le=\"";
    for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at + 1)) {
        const std::size_t start = at + prefix.size();
        bounds += text.substr(start, text.find('"', start) - start) + ' ';
    }
    EXPECT_EQ(bounds, "0.01 0.05 0.1 0.25 0.5 1 2.5 5 10 30 60 +Inf ");
    EXPECT_EQ(value("pgwire_query_duration_seconds_bucket{le=\"0.01\"}"), 0);
    EXPECT_EQ(value("pgwire_query_duration_seconds_bucket{le=\"0.05\"}"), 1);
}

TEST_F(MetricsTest, CountedDurationsAddUpWithSingleOnes) {
    std::array<std::uint64_t, kDurationBucketCount> counts{};
    counts[0] = 10;
    counts[kDurationBucketCount - 1] = 2;
    metrics.query_durations(counts, 150'000'000);
    metrics.query_duration(milliseconds(500));
    EXPECT_EQ(value("pgwire_query_duration_seconds_bucket{le=\"0.01\"}"), 10);
    EXPECT_EQ(value("pgwire_query_duration_seconds_bucket{le=\"0.5\"}"), 11);
    EXPECT_EQ(value("pgwire_query_duration_seconds_bucket{le=\"60\"}"), 11);
    EXPECT_EQ(value("pgwire_query_duration_seconds_count"), 13);
    EXPECT_DOUBLE_EQ(value("pgwire_query_duration_seconds_sum"), 150.5);
}

TEST_F(MetricsTest, CountedDurationsOfAnotherLengthDoNoHarm) {
    metrics.query_durations({}, 0);
    metrics.query_durations(std::array<std::uint64_t, 1>{4}, 4);
    metrics.query_durations(
        [] {
            std::array<std::uint64_t, kDurationBucketCount + 2> counts{};
            std::fill_n(counts.end() - 3, 3, 1);  // beyond the last bound, and two that no bound is known of
            return counts;
        }(),
        9);
    EXPECT_EQ(value("pgwire_query_duration_seconds_bucket{le=\"60\"}"), 4);
    EXPECT_EQ(value("pgwire_query_duration_seconds_count"), 7);
}

TEST(DurationBuckets, ABoundBelongsToItsOwnBucket) {
    EXPECT_EQ(duration_bucket(microseconds(0)), 0U);
    EXPECT_EQ(duration_bucket(microseconds(10)), 0U);
    EXPECT_EQ(duration_bucket(microseconds(11)), 1U);
    EXPECT_EQ(exported_bucket(duration_bucket(milliseconds(10))), 0U);
    EXPECT_EQ(exported_bucket(duration_bucket(microseconds(10'001))), 1U);
    EXPECT_EQ(exported_bucket(duration_bucket(std::chrono::hours(1))), kExportedBoundsSeconds.size());
    EXPECT_EQ(duration_bucket(std::chrono::seconds(60)), kDurationBucketCount - 2);
    EXPECT_EQ(duration_bucket(std::chrono::hours(1)), kDurationBucketCount - 1);
}

TEST_F(MetricsTest, CountsLoads) {
    metrics.import_done("csv", true, milliseconds(20), 100, 4096);
    metrics.import_done("bogus", false, milliseconds(20), 0, 7);
    metrics.export_done("parquet", true, milliseconds(20), 50);
    EXPECT_EQ(value("duckdb_import_operations_total{format=\"csv\",status=\"success\"}"), 1);
    EXPECT_EQ(value("duckdb_import_operations_total{format=\"other\",status=\"error\"}"), 1);
    EXPECT_EQ(value("duckdb_import_rows_total"), 100);
    EXPECT_EQ(value("duckdb_import_bytes_total{format=\"csv\"}"), 4096);
    EXPECT_EQ(value("duckdb_import_duration_seconds_count{format=\"csv\"}"), 1);
    EXPECT_EQ(value("duckdb_export_operations_total{format=\"parquet\",status=\"success\"}"), 1);
    EXPECT_EQ(value("duckdb_export_rows_total"), 50);
}

TEST_F(MetricsTest, CountsRequestsByRoute) {
    metrics.http_request("GET", "/projects/{id}", 200, milliseconds(3));
    metrics.http_request("GET", "/projects/{id}", 404, milliseconds(3));
    metrics.http_request("BREW", "/projects/{id}", 500, milliseconds(3));
    metrics.http_in_flight(1);
    EXPECT_EQ(value("duckdb_api_requests_total{endpoint=\"/projects/{id}\",method=\"GET\",status_code=\"200\"}"), 1);
    EXPECT_EQ(value("duckdb_api_requests_total{endpoint=\"/projects/{id}\",method=\"other\",status_code=\"500\"}"), 1);
    EXPECT_EQ(value("duckdb_api_request_duration_seconds_count{endpoint=\"/projects/{id}\",method=\"GET\"}"), 2);
    EXPECT_EQ(value("duckdb_api_errors_total{endpoint=\"/projects/{id}\",type=\"client_error\"}"), 1);
    EXPECT_EQ(value("duckdb_api_errors_total{endpoint=\"/projects/{id}\",type=\"server_error\"}"), 1);
    EXPECT_EQ(value("duckdb_api_requests_in_flight"), 1);
}

TEST_F(MetricsTest, CountsWorkers) {
    metrics.workers_active(4);
    metrics.worker_started(milliseconds(40));
    metrics.worker_lost();
    EXPECT_EQ(value("smew_workers_active"), 4);
    EXPECT_EQ(value("smew_worker_start_seconds_bucket{le=\"0.05\"}"), 1);
    EXPECT_EQ(value("smew_worker_lost_total"), 1);
}

TEST_F(MetricsTest, TellsTheInventory) {
    metrics.inventory({.projects = 1,
                       .buckets = 2,
                       .tables = 3,
                       .workspaces = 4,
                       .metadata_bytes = 5,
                       .tables_bytes = 6,
                       .files_bytes = 7,
                       .workspaces_bytes = 8});
    EXPECT_EQ(value("duckdb_projects_total"), 1);
    EXPECT_EQ(value("duckdb_buckets_total"), 2);
    EXPECT_EQ(value("duckdb_tables_total"), 3);
    EXPECT_EQ(value("duckdb_workspaces_total"), 4);
    EXPECT_EQ(value("duckdb_storage_size_bytes{type=\"metadata\"}"), 5);
    EXPECT_EQ(value("duckdb_storage_size_bytes{type=\"tables\"}"), 6);
    EXPECT_EQ(value("duckdb_storage_size_bytes{type=\"files\"}"), 7);
    EXPECT_EQ(value("duckdb_storage_size_bytes{type=\"workspaces\"}"), 8);
}

TEST_F(MetricsTest, EveryFamilyHasHelpTypeAndOneName) {
    std::istringstream lines(metrics.scrape());
    std::set<std::string> names;
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("# HELP ")) continue;
        const std::string name = line.substr(7, line.find(' ', 7) - 7);
        EXPECT_TRUE(names.insert(name).second) << name;
        EXPECT_GT(line.size(), 8 + name.size()) << name;
    }
    EXPECT_GT(names.size(), 30U);
}

TEST_F(MetricsTest, ProcessUsageIsReadAtTheScrape) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    EXPECT_GT(value("process_resident_memory_bytes"), 1 << 20);
    EXPECT_GT(value("process_virtual_memory_bytes"), value("process_resident_memory_bytes"));
    EXPECT_GE(value("process_open_fds"), 3);
    EXPECT_GE(value("process_max_fds"), value("process_open_fds"));
    EXPECT_NEAR(value("process_start_time_seconds"), std::chrono::duration<double>(now).count(), 600);
}

TEST(ProcessUsage, CountsCpuTime) {
    const double before = read_process_usage().cpu_seconds;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (read_process_usage().cpu_seconds <= before && std::chrono::steady_clock::now() < deadline) {
    }
    EXPECT_GT(read_process_usage().cpu_seconds, before);
}

TEST(Metrics, AReadingHoldsWhatTheHistoryShows) {
    Metrics metrics("1", "2");
    metrics.query(QueryStatus::kSuccess, 5);
    metrics.query(QueryStatus::kTimeout, 2);
    metrics.query(QueryStatus::kCancelled, 1);
    metrics.query_duration(std::chrono::milliseconds(20));
    metrics.query_duration(std::chrono::minutes(5));
    metrics.connection(ConnectionStatus::kAuthFailed);
    metrics.connection(ConnectionStatus::kSuccess);
    metrics.connections_active(3);
    const MetricsReading reading = metrics.read();
    EXPECT_EQ(reading.queries, 8);
    EXPECT_EQ(reading.failed, 2);
    EXPECT_EQ(reading.cancelled, 1);
    EXPECT_EQ(reading.durations[duration_bucket(std::chrono::milliseconds(20))], 1);
    EXPECT_EQ(reading.durations.back(), 1);
    EXPECT_EQ(reading.auth_failures, 1);
    EXPECT_EQ(reading.connections, 3);
    EXPECT_GT(reading.gateway_bytes, 0);
}

}  // namespace
}  // namespace smew::telemetry
