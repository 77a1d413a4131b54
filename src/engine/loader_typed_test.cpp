// Parquet and NDJSON, whose values bring a type of their own.

#include "engine/loader_test_fixture.hpp"

namespace smew::engine::loader {
namespace {

using link::ColumnSpec;
using link::FileCompression;
using link::FileFormat;

class Typed : public LoaderTest {
protected:
    link::ImportJob parquet(const std::string& select, std::vector<ColumnSpec> columns = {}) {
        link::ImportJob job = import_csv(path("in" + std::to_string(++sources_) + ".parquet"), next_version());
        job.format = FileFormat::kParquet;
        job.columns = std::move(columns);
        sql("COPY (" + select + ") TO '" + job.source_file + "' (FORMAT parquet)");
        return job;
    }
    link::ImportJob ndjson(std::string_view content, std::vector<ColumnSpec> columns = {}) {
        link::ImportJob job = import_csv(file("in.ndjson", content), next_version());
        job.format = FileFormat::kNdjson;
        job.columns = std::move(columns);
        return job;
    }
    static std::string types(const link::JobOutcome& outcome) {
        std::string out;
        for (const ColumnSpec& column : outcome.columns) {
            out += (out.empty() ? "" : ", ") + column.name + " " + column.type;
        }
        return out;
    }
    int sources_ = 0;
};

TEST_F(Typed, ParquetKeepsItsTypes) {
    const auto job = parquet(
        "SELECT 1::TINYINT AS a, 12.50::DECIMAL(12,2) AS b, DATE '2024-01-01' AS c, [1, 2] AS d, {'x': 'y'} AS e, "
        "'\\x00\\xFF'::BLOB AS f, TIMESTAMPTZ '2024-01-01 00:00:00+00' AS \"G h\"");
    EXPECT_EQ(
        types(done(job)),
        "a TINYINT, b DECIMAL(12,2), c DATE, d INTEGER[], e STRUCT(x VARCHAR), f BLOB, G h TIMESTAMP WITH TIME ZONE");
    EXPECT_EQ(rows_of(job.output_file, "* EXCLUDE \"G h\""), "1|12.50|2024-01-01|[1, 2]|{'x': y}|\\x00\\xFF\n");
}

TEST_F(Typed, ParquetIsMatchedByNameAndCast) {
    const auto job =
        parquet("SELECT '7' AS ID, 1.55 AS amount",
                {{"amount", "DECIMAL(5,1)", true, ""}, {"id", "INTEGER", false, ""}, {"n", "DATE", true, ""}});
    done(job);
    EXPECT_EQ(rows_of(job.output_file), "1.6|7|∅\n");
    fails(parquet("SELECT 1 AS id, 2 AS other", job.columns), "42703");
    fails(parquet("SELECT 1 AS amount", job.columns), "23502");
    fails(parquet("SELECT NULL::INTEGER AS id", job.columns), "23502");
}

TEST_F(Typed, ParquetNamesTheBadValue) {
    const std::string rows = "SELECT * FROM (VALUES ('1', 'a'), ('x', 'b'), ('3', 'c'), (NULL, 'd')) t(id, name)";
    const std::vector<ColumnSpec> columns = {{"id", "INTEGER", true, ""}, {"name", "VARCHAR", true, ""}};
    EXPECT_EQ(fails(parquet(rows, columns), "22P02").message,
              "row 2, column \"id\": could not convert \"x\" to INTEGER");
    auto lenient = parquet(rows, columns);
    lenient.max_rejected = 1;
    const auto outcome = done(lenient);
    EXPECT_EQ(outcome.rejected_rows, 1U);
    ASSERT_EQ(outcome.rejected.size(), 1U);
    EXPECT_EQ(outcome.rejected[0].line, 2U);
    EXPECT_EQ(rows_of(lenient.output_file), "1|a\n3|c\n∅|d\n");
}

TEST_F(Typed, ParquetThatIsNone) {
    auto job = parquet("SELECT 1 AS a");
    job.source_file = file("text.parquet", "this is no parquet file at all, but long enough to look at");
    fails(job, "22P04");
    job.source_file = file("empty.parquet", "");
    fails(job, "22P04");
    job.source_file = path("nothing.parquet");
    fails(job, "58030");
}

TEST_F(Typed, ParquetWithoutRowsAndWithManyRows) {
    EXPECT_EQ(done(parquet("SELECT 1 AS a WHERE false")).table_rows, 0U);
    const auto job = parquet("SELECT range AS a FROM range(300000)");
    EXPECT_EQ(done(job).rows, 300'000U);
    EXPECT_EQ(rows_of(job.output_file, "count(*) FILTER (WHERE a = rowid)"), "300000\n");
}

TEST_F(Typed, NdjsonInfersFromAllLines) {
    const auto job = ndjson(
        "{\"id\": 1, \"name\": \"x\", \"day\": \"2024-01-01\", \"l\": [1, 2]}\n"
        "\n"
        "{\"id\": 9007199254740993, \"more\": true, \"name\": null}\n");
    EXPECT_EQ(types(done(job)), "id BIGINT, name VARCHAR, day DATE, l BIGINT[], more BOOLEAN");
    EXPECT_EQ(rows_of(job.output_file), "1|x|2024-01-01|[1, 2]|∅\n9007199254740993|∅|∅|∅|true\n");
}

TEST_F(Typed, NdjsonIsMatchedByName) {
    const std::vector<ColumnSpec> columns = {
        {"id", "INTEGER", false, ""}, {"note", "VARCHAR", true, "'-'"}, {"s", "STRUCT(a INTEGER)", true, ""}};
    const auto job = ndjson("{\"S\": {\"a\": 5}, \"ID\": 1}\n{\"ID\": 2}\n", columns);
    done(job);
    EXPECT_EQ(rows_of(job.output_file), "1|-|{'a': 5}\n2|-|∅\n");
    EXPECT_EQ(fails(ndjson("{\"id\": 1}\n{\"id\": 2, \"zz\": 1}\n", columns), "42703").message,
              "the file has column \"zz\", which the table does not have");
    fails(ndjson("{\"note\": \"x\"}\n", columns), "23502");
    fails(ndjson("{\"id\": null}\n", columns), "23502");
}

TEST_F(Typed, NdjsonNamesTheBadRow) {
    const std::vector<ColumnSpec> columns = {{"id", "INTEGER", true, ""}};
    EXPECT_EQ(fails(ndjson("{\"id\": 1}\n{\"id\": \"x\"}\n", columns), "22P02").message,
              "row 2, column \"id\": could not convert \"x\" to INTEGER");
    EXPECT_EQ(fails(ndjson("{\"id\": 1}\n{\"id\": 99999999999}\n", columns), "22P02").message,
              "row 2, column \"id\": could not convert \"99999999999\" to INTEGER");
    EXPECT_EQ(fails(ndjson("{\"id\": 1}\n{\"id\":\n", columns), "22P04").message, "row 2: not an object of JSON");
    EXPECT_EQ(fails(ndjson("{\"id\": 1}\n{\"id\":\n{\"id\": 3}\n"), "22P04").message, "row 2: not an object of JSON");
    fails(ndjson("{\"id\": 1}\n[1]\n", columns), "22P04");
    fails(ndjson("\xEF\xBB\xBF{\"id\": 1}\n", columns), "22P04");
    fails(ndjson("{\"id\": \"\xff\"}\n", columns), "22P04");
    fails(ndjson("not json at all\n"), "22P04");
    fails(ndjson(""), "22P04");
    EXPECT_EQ(done(ndjson("", columns)).table_rows, 0U);
}

TEST_F(Typed, NdjsonRejectedRows) {
    auto job = ndjson(
        "{\"id\": 1, \"l\": [1]}\n{\"id\":\n{\"id\": \"x\"}\n7\n{\"id\": 4, \"l\": {}}\n{\"id\": 5, \"l\": null}\n",
        {{"id", "INTEGER", true, ""}, {"l", "INTEGER[]", true, ""}});
    job.max_rejected = 4;
    const auto outcome = done(job);
    EXPECT_EQ(outcome.rejected_rows, 4U);
    EXPECT_EQ(outcome.rows, 2U);
    EXPECT_EQ(rows_of(job.output_file), "1|[1]\n5|∅\n");
    job.max_rejected = 3;
    job.output_file = next_version();
    EXPECT_EQ(fails(job, "22P04").detail, "More than 3 rows could not be loaded.");
}

TEST_F(Typed, NdjsonKeysThatNeedQuoting) {
    auto job = ndjson("{\"a/b~c\": 1, \"d\\\"e'\": \"x\", \"ž\": 2}\n{\"a/b~c\": \"bad\"}\n",
                      {{"a/b~c", "INTEGER", true, ""}, {"d\"e'", "VARCHAR", true, ""}, {"ž", "INTEGER", true, ""}});
    job.max_rejected = 1;
    done(job);
    EXPECT_EQ(rows_of(job.output_file), "1|x|2\n");
}

TEST_F(Typed, NdjsonCompressed) {
    for (const auto& [name, compression] :
         {std::pair{"gzip", FileCompression::kGzip}, std::pair{"zstd", FileCompression::kZstd}}) {
        sql("COPY (SELECT 1 AS a) TO '" + path(name) + "' (FORMAT json, COMPRESSION " + name + ", USE_TMP_FILE false)");
        auto job = ndjson("");
        job.source_file = path(name);
        job.compression = compression;
        done(job);
        EXPECT_EQ(rows_of(job.output_file), "1\n");
    }
}

}  // namespace
}  // namespace smew::engine::loader
