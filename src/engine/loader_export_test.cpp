#include "engine/loader_test_fixture.hpp"

#include <fstream>
#include <sstream>

namespace smew::engine::loader {
namespace {

using link::FileCompression;
using link::FileFormat;

class Export : public LoaderTest {
protected:
    Export()
        : table_(make("id BIGINT, \"full name\" VARCHAR, amount DECIMAL(12,2), day DATE, x DOUBLE",
                      "(2, 'B, \"b\"', 1.5, '2024-01-31', 0.5), (1, NULL, NULL, NULL, 'nan'), (3, '', -2, "
                      "'0044-03-15', '-inf')")) {}

    link::ExportJob job(FileFormat format, FileCompression compression = FileCompression::kNone) {
        link::ExportJob made;
        made.table_file = table_;
        made.output_file = path("out" + std::to_string(++exports_));
        made.format = format;
        made.compression = compression;
        return made;
    }
    static std::string text(const std::string& name) {
        std::ostringstream out;
        out << std::ifstream(name, std::ios::binary).rdbuf();
        return out.str();
    }

    std::string table_;
    int exports_ = 0;
};

TEST_F(Export, Csv) {
    const auto plain = job(FileFormat::kCsv);
    const auto outcome = done(plain);
    EXPECT_EQ(outcome.rows, 3U);
    EXPECT_EQ(outcome.table_rows, 3U);
    EXPECT_EQ(outcome.file_bytes, text(plain.output_file).size());
    EXPECT_EQ(
        text(plain.output_file),
        "id,full name,amount,day,x\n2,\"B, \"\"b\"\"\",1.50,2024-01-31,0.5\n1,,,,nan\n3,\"\",-2.00,0044-03-15,-inf\n");
}

TEST_F(Export, CsvDialect) {
    auto tabs = job(FileFormat::kCsv);
    tabs.csv = {.delimiter = "\t",
                .quote = "'",
                .escape = "'",
                .header = false,
                .null_string = "\\N",
                .date_format = "%d.%m.%Y"};
    tabs.columns = {"DAY", "Full Name"};
    tabs.limit = 2;
    EXPECT_EQ(done(tabs).rows, 2U);
    EXPECT_EQ(text(tabs.output_file), "31.01.2024\tB, \"b\"\n\\N\t\\N\n");
    tabs.csv.delimiter = "";
    tabs.output_file = path("other");
    fails(tabs, "22023");
}

TEST_F(Export, Ndjson) {
    const auto lines = job(FileFormat::kNdjson);
    done(lines);
    EXPECT_EQ(text(lines.output_file),
              "{\"id\":2,\"full name\":\"B, \\\"b\\\"\",\"amount\":1.5,\"day\":\"2024-01-31\",\"x\":0.5}\n"
              "{\"id\":1,\"full name\":null,\"amount\":null,\"day\":null,\"x\":\"NaN\"}\n"
              "{\"id\":3,\"full name\":\"\",\"amount\":-2.0,\"day\":\"0044-03-15\",\"x\":\"-Infinity\"}\n");
}

TEST_F(Export, EveryFormatAndCompressionCanBeReadBack) {
    const std::string expected = query("SELECT * FROM (VALUES (2, 'B, \"b\"'), (1, NULL), (3, '')) t(a, b)");
    for (const FileCompression compression : {FileCompression::kNone, FileCompression::kGzip, FileCompression::kZstd}) {
        const std::string name = compression == FileCompression::kNone   ? "'none'"
                                 : compression == FileCompression::kGzip ? "'gzip'"
                                                                         : "'zstd'";
        const auto csv = job(FileFormat::kCsv, compression);
        done(csv);
        EXPECT_EQ(query("SELECT id, \"full name\" FROM read_csv('" + csv.output_file + "', compression=" + name +
                        ", allow_quoted_nulls=false)"),
                  expected);
        const auto parquet = job(FileFormat::kParquet, compression);
        done(parquet);
        EXPECT_EQ(query("SELECT id, \"full name\" FROM read_parquet('" + parquet.output_file + "')"), expected);
        const std::string codec = compression == FileCompression::kNone   ? "SNAPPY\n"
                                  : compression == FileCompression::kGzip ? "GZIP\n"
                                                                          : "ZSTD\n";
        EXPECT_EQ(query("SELECT DISTINCT compression FROM parquet_metadata('" + parquet.output_file + "')"), codec);
    }
    const auto zipped = job(FileFormat::kNdjson, FileCompression::kGzip);
    done(zipped);
    EXPECT_EQ(query("SELECT id, \"full name\" FROM read_json('" + zipped.output_file + "', compression='gzip')"),
              expected);
}

TEST_F(Export, WhatWasExportedIsImportedUnchanged) {
    auto csv = job(FileFormat::kCsv);
    csv.csv.null_string = "\\N";
    done(csv);
    link::ImportJob import = import_csv(csv.output_file, next_version());
    import.csv = csv.csv;
    import.columns = {{"id", "BIGINT", true, ""},
                      {"full name", "VARCHAR", true, ""},
                      {"amount", "DECIMAL(12,2)", true, ""},
                      {"day", "DATE", true, ""},
                      { "x",
                        "DOUBLE",
                        true,
                        "" }};
    done(import);
    EXPECT_EQ(rows_of(import.output_file), rows_of(table_));
}

TEST_F(Export, WhereSeesEveryColumn) {
    auto some = job(FileFormat::kCsv);
    some.columns = {"id"};
    some.where = "amount < 0 OR \"full name\" IS NULL";
    EXPECT_EQ(done(some).rows, 2U);
    EXPECT_EQ(text(some.output_file), "id\n1\n3\n");
    auto floats = job(FileFormat::kNdjson);
    floats.columns = {"x"};
    floats.where = "x > 0 AND NOT isnan(x)";
    done(floats);
    EXPECT_EQ(text(floats.output_file), "{\"x\":0.5}\n");
    auto none = job(FileFormat::kCsv);
    none.where = "false";
    EXPECT_EQ(done(none).rows, 0U);
    EXPECT_EQ(text(none.output_file), "id,full name,amount,day,x\n");
}

TEST_F(Export, RefusesHostileAndUnknownParts) {
    const auto with = [this](std::string where, std::vector<std::string> columns = {}) {
        auto made = job(FileFormat::kCsv);
        made.where = std::move(where);
        made.columns = std::move(columns);
        return made;
    };
    fails(with("id IN (SELECT 1)"), "42501");
    fails(with("true) TO '/tmp/x' --"), "42601");
    fails(with("(SELECT count(*) FROM read_text('/etc/passwd')) > 0"), "42501");
    fails(with("true; COPY data TO '/tmp/x'"), "42601");
    fails(with("nope = 1"), "42703");
    fails(with("sum(id) > 1"), "42803");
    fails(with("day / 0 = 1"), "42883");
    fails(with("\"full name\"::INTEGER = 1"), "22P02");
    fails(with("", {"nope"}), "42703");
    fails(with("", {"id\" FROM read_text('/etc/passwd') --"}), "42703");
    fails(with("", {"id", "ID"}), "42701");
}

TEST_F(Export, OutputStaysWhereItWas) {
    auto taken = job(FileFormat::kCsv);
    taken.output_file = file("taken", "precious");
    fails(taken, "58030");
    EXPECT_EQ(text(taken.output_file), "precious");
    auto nowhere = job(FileFormat::kCsv);
    nowhere.output_file = path("no/such/dir");
    fails(nowhere, "58030");
    auto gone = job(FileFormat::kCsv);
    gone.table_file = path("gone.duckdb");
    fails(gone, "58030");
}

TEST_F(Export, OrderOfManyRows) {
    table_ = make("id BIGINT", "(1)");
    std::filesystem::remove(table_);
    sql("ATTACH '" + table_ + "' AS v; CREATE TABLE v.data AS SELECT range AS id FROM range(300000)");
    auto all = job(FileFormat::kParquet);
    EXPECT_EQ(done(all).rows, 300'000U);
    EXPECT_EQ(query("SELECT count(*) FROM (SELECT id, row_number() OVER () - 1 AS n FROM read_parquet('" +
                    all.output_file + "')) WHERE id = n"),
              "300000\n");
}

}  // namespace
}  // namespace smew::engine::loader
