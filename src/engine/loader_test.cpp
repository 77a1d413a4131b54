// Whole jobs: cancellation, bounds, and a million rows.

#include "engine/loader.hpp"

#include "engine/loader_test_fixture.hpp"

#include <chrono>
#include <sys/resource.h>
#include <thread>

namespace smew::engine::loader {
namespace {

double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

class Job : public LoaderTest {
protected:
    // CSV of orders, as an analyst would load them.
    std::string orders(int rows) {
        const std::string name = path("orders.csv");
        sql("COPY (SELECT range + 1 AS id, CAST(hash(range) % 50000 AS BIGINT) + 1 AS customer_id, "
            "DATE '2023-01-01' + CAST(hash(range, 1) % 700 AS INTEGER) AS order_date, "
            "['new', 'paid', 'shipped', 'returned'][1 + CAST(hash(range, 2) % 4 AS BIGINT)] AS status, "
            "CAST(hash(range, 3) % 100000 AS DECIMAL(12,2)) / 100 AS amount, "
            "CASE WHEN hash(range, 4) % 3 = 0 THEN 'note, \"' || range || '\"' END AS note FROM range(" +
            std::to_string(rows) + ")) TO '" + name + "' (FORMAT csv)");
        return name;
    }
    link::ImportJob orders_job(int rows) {
        link::ImportJob job = import_csv(orders(rows), next_version());
        job.columns = {{"id", "BIGINT", false, ""},           {"customer_id", "BIGINT", false, ""},
                       {"order_date", "DATE", false, ""},     {"status", "VARCHAR", true, ""},
                       {"amount", "DECIMAL(12,2)", true, ""}, {"note", "VARCHAR", true, ""}};
        job.primary_key = {"id"};
        return job;
    }
};

TEST_F(Job, AMillionRows) {
    const link::ImportJob job = orders_job(1'000'000);
    const double before = cpu_seconds();
    const auto outcome = done(job);
    const double cpu = cpu_seconds() - before;
    RecordProperty("cpu_ms", static_cast<int>(cpu * 1'000));
    RecordProperty("file_bytes", static_cast<int>(outcome.file_bytes));
    EXPECT_EQ(outcome.rows, 1'000'000U);
    EXPECT_EQ(outcome.table_rows, 1'000'000U);
    EXPECT_LT(outcome.file_bytes, std::filesystem::file_size(job.source_file));
    EXPECT_EQ(rows_of(job.output_file,
                      "count(*), count(DISTINCT id), min(order_date), count(*) FILTER (WHERE id = rowid + 1)"),
              "1000000|1000000|2023-01-01|1000000\n");
}

TEST_F(Job, MemoryIsBoundedBySpilling) {
    limits_.memory_limit = Bytes{192U << 20};
    limits_.threads = 1;
    link::ImportJob job = import_csv(path("wide.csv"), next_version());
    sql("COPY (SELECT md5(range::VARCHAR) AS k, md5('a' || range) AS a, md5('b' || range) AS b FROM range(1000000)) TO "
        "'" +
        job.source_file + "' (FORMAT csv)");
    job.mode = link::ImportMode::kUpsert;
    job.primary_key = {"k"};
    EXPECT_EQ(done(job).table_rows, 1'000'000U);
}

TEST_F(Job, CancelledBeforeItStarts) {
    cancel_ = true;
    fails(import_csv(file("in.csv", "a\n1\n"), next_version()), "57014");
    link::PreviewJob preview;
    preview.table_file = make("id BIGINT", "(1)");
    fails(preview, "57014");
}

TEST_F(Job, CancelledWhileItRuns) {
    link::RewriteJob job;
    job.base_file = path("base.duckdb");
    sql("ATTACH '" + job.base_file + "' AS v; CREATE TABLE v.data AS SELECT range AS id FROM range(2000000)");
    job.columns = {{{"id", "VARCHAR", true, ""}, "list_transform(range(1000), lambda i: md5((id + i)::VARCHAR))[1]"}};
    job.output_file = next_version();
    std::chrono::steady_clock::time_point cancelled;
    std::jthread canceller([&] {
        // The output appears when the job has begun to write.
        while (!exists(job.output_file)) std::this_thread::yield();
        cancelled = std::chrono::steady_clock::now();
        cancel_ = true;
    });
    fails(job, "57014");
    canceller.join();
    EXPECT_LT(std::chrono::steady_clock::now() - cancelled, std::chrono::seconds(5));
}

TEST_F(Job, ThreadsAreJoinedAndNothingIsLeftInTheTempDirectory) {
    for (int i = 0; i < 3; ++i) done(import_csv(file("in.csv", "a\n1\n"), next_version()));
    EXPECT_TRUE(!exists(path("temp")) || std::filesystem::is_empty(path("temp")));
}

TEST_F(Job, AThousandColumns) {
    std::string header, row;
    for (int i = 0; i < 1'000; ++i) {
        header += (i == 0 ? "c" : ",c") + std::to_string(i);
        row += (i == 0 ? "" : ",") + std::to_string(i);
    }
    const auto outcome = done(import_csv(file("in.csv", header + "\n" + row + "\n"), next_version()));
    EXPECT_EQ(outcome.columns.size(), 1'000U);
    EXPECT_EQ(outcome.columns[999].type, "BIGINT");
}

}  // namespace
}  // namespace smew::engine::loader
