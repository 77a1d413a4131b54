#include "engine/copy.hpp"
#include "engine/engine_test_support.hpp"

#include <gtest/gtest.h>

namespace smew::engine::test {
namespace {

class FileStreamTest : public ::testing::Test {
protected:
    Result<std::unique_ptr<FileStream>> write(std::string_view query, const FileFormat& format) {
        auto parsed = workspace.connection().parse(query);
        if (!parsed) return parsed.error();
        return workspace.connection().write_file(std::move(parsed->front()), format);
    }
    static Result<std::string> all_of(FileStream& file) {
        std::string bytes;
        for (;;) {
            const auto next = file.next();
            if (!next) return next.error();
            if (!*next) return bytes;
            bytes += as_text(**next);
        }
    }

    Workspace workspace;
};

TEST_F(FileStreamTest, WritesJsonLinesAndArrays) {
    const auto lines = write("SELECT i, 'x' || i AS s FROM range(2) t(i)", {"json", {}}).value();
    EXPECT_EQ(all_of(*lines).value(), "{\"i\":0,\"s\":\"x0\"}\n{\"i\":1,\"s\":\"x1\"}\n");
    EXPECT_EQ(lines->rows(), 2U);
    const auto array = write("SELECT 1 AS a", {"json", {{"array", "true"}}}).value();
    EXPECT_EQ(all_of(*array).value(), "[\n\t{\"a\":1}\n]\n");
}

TEST_F(FileStreamTest, WritesParquetWithoutAFile) {
    const auto file = write("SELECT i, repeat('x', 100) || hash(i) AS s FROM range(300000) t(i)",
                            {"parquet", {{"compression", "zstd"}}})
                          .value();
    const std::string bytes = all_of(*file).value();
    EXPECT_EQ(file->rows(), 300'000U);
    EXPECT_GT(bytes.size(), 1'000'000U);
    EXPECT_EQ(bytes.substr(0, 4), "PAR1");
    EXPECT_EQ(bytes.substr(bytes.size() - 4), "PAR1");
}

TEST_F(FileStreamTest, ErrorsComeEarlyOrLate) {
    EXPECT_EQ(write("SELECT nothing", {"parquet", {}}).error().code, sqlstate::kUndefinedColumn);
    EXPECT_FALSE(write("SELECT 1", {"parquet", {{"compression", "nonsense"}}}));
    EXPECT_EQ(write("SELECT $1", {"parquet", {}}).error().code, sqlstate::kUndefinedParameter);
    const auto late =
        write("SELECT CASE WHEN i = 250000 THEN error('late') ELSE i::VARCHAR END FROM range(300000) t(i)",
              {"json", {}})
            .value();
    EXPECT_FALSE(all_of(*late));
    EXPECT_EQ(value(workspace.connection(), "SELECT 1"), "1");
}

TEST_F(FileStreamTest, EndsWhenNobodyReadsOn) {
    const char* endless = "SELECT i, repeat('x', 1000) AS s FROM range(1000000000) t(i)";
    for (int i = 0; i < 3; ++i) {
        const auto file = write(endless, {"json", {}}).value();
        ASSERT_TRUE(file->next().value());
    }
    workspace.connection().statement_begins();
    {
        const auto file = write(endless, {"parquet", {}}).value();
        workspace.connection().interrupt(CancelReason::kUser);
        const auto bytes = all_of(*file);
        ASSERT_FALSE(bytes);
        EXPECT_EQ(bytes.error().code, sqlstate::kQueryCanceled);
    }
    workspace.connection().statement_ends();
    EXPECT_EQ(value(workspace.connection(), "SELECT 1"), "1");
}

TEST_F(FileStreamTest, IsNoWayAroundTheGate) {
    workspace.publish("in_c_sales", "orders", 1, "SELECT 1 AS id");
    EXPECT_TRUE(write("SELECT * FROM in_c_sales.orders", {"parquet", {}}));
    auto file = write("SELECT * FROM range(100000000)", {"json", {}}).value();
    const auto other = workspace.connect();
    for (const char* sql : {"COPY (SELECT 1) TO '/dev/smew-pipe/2'", "SELECT * FROM read_text('/dev/smew-pipe/2')",
                            "SELECT * FROM '/dev/smew-pipe/2'"})
        EXPECT_NE(code(*other, sql), "00000") << sql;
    file.reset();  // a connection writes one file at a time
    EXPECT_FALSE(write("SELECT * FROM read_text('/etc/hostname')", {"parquet", {}}));
}

}  // namespace
}  // namespace smew::engine::test
