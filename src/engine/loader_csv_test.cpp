#include "engine/loader_test_fixture.hpp"

namespace smew::engine::loader {
namespace {

using link::ColumnSpec;
using link::FileCompression;
using link::ImportJob;

std::string types(const link::JobOutcome& outcome) {
    std::string out;
    for (const ColumnSpec& column : outcome.columns) {
        out += (out.empty() ? "" : ", ") + column.name + " " + column.type + (column.nullable ? "" : " NOT NULL");
    }
    return out;
}

class CsvImport : public LoaderTest {
protected:
    ImportJob job(std::string_view content) { return import_csv(file("in.csv", content), next_version()); }
    ImportJob job(std::string_view content, std::vector<ColumnSpec> columns) {
        ImportJob made = job(content);
        made.columns = std::move(columns);
        return made;
    }
};

TEST_F(CsvImport, InfersColumnsOfANewTable) {
    const ImportJob import =
        job("id,name,amount,day,at,ok,none\n"
            "1,Ann,1.5,2024-01-31,2024-01-31 10:00:00,true,\n"
            "2,\"B, \"\"b\"\"\nc\",-2,2024-02-01,2024-02-01 11:30:00,false,\n");
    const auto outcome = done(import);
    EXPECT_EQ(outcome.rows, 2U);
    EXPECT_EQ(outcome.table_rows, 2U);
    EXPECT_GT(outcome.file_bytes, 0U);
    EXPECT_EQ(outcome.file_bytes, std::filesystem::file_size(import.output_file));
    EXPECT_EQ(types(outcome),
              "id BIGINT, name VARCHAR, amount DOUBLE, day DATE, at TIMESTAMP, ok BOOLEAN, none VARCHAR");
    EXPECT_EQ(rows_of(import.output_file),
              "1|Ann|1.5|2024-01-31|2024-01-31 10:00:00|true|∅\n"
              "2|B, \"b\"\nc|-2.0|2024-02-01|2024-02-01 11:30:00|false|∅\n");
}

TEST_F(CsvImport, LeavesNothingBesideTheVersion) {
    const ImportJob import = job("a\n1\n");
    done(import);
    EXPECT_EQ(files(), (std::vector<std::string>{"in.csv", "v1.duckdb"}));
}

TEST_F(CsvImport, InfersFromTheWholeFile) {
    std::string content = "a,b\n";
    for (int i = 0; i < 30'000; ++i) content += "1,\n";
    const ImportJob import = job(content + "x,5\n");
    EXPECT_EQ(types(done(import)), "a VARCHAR, b BIGINT");
}

TEST_F(CsvImport, KeepsLeadingZerosAndRowOrder) {
    std::string content = "n,zip\n", expected;
    for (int i = 0; i < 5'000; ++i) {
        content += std::to_string(4'999 - i) + ",0012\n";
        expected += std::to_string(4'999 - i) + "|0012\n";
    }
    const ImportJob import = job(content);
    done(import);
    EXPECT_EQ(rows_of(import.output_file), expected);
}

TEST_F(CsvImport, MakesUsableNames) {
    const ImportJob import = job("\xEF\xBB\xBF id ,ID,,\"a\nb\",\"q\"\"q\",žluťoučký kůň,select\n1,2,3,4,5,6,7\n");
    EXPECT_EQ(types(done(import)),
              "id BIGINT, ID_1 BIGINT, column2 BIGINT, a b BIGINT, q\"q BIGINT, žluťoučký kůň BIGINT, select BIGINT");
    EXPECT_EQ(rows_of(import.output_file), "1|2|3|4|5|6|7\n");
}

TEST_F(CsvImport, WithoutHeaderColumnsAreNumbered) {
    ImportJob import = job("1,x\n2,y\n");
    import.csv.header = false;
    EXPECT_EQ(types(done(import)), "column0 BIGINT, column1 VARCHAR");
    EXPECT_EQ(rows_of(import.output_file), "1|x\n2|y\n");
}

TEST_F(CsvImport, HeaderOnlyGivesAnEmptyTable) {
    const ImportJob import = job("a,b\n");
    const auto outcome = done(import);
    EXPECT_EQ(types(outcome), "a VARCHAR, b VARCHAR");
    EXPECT_EQ(outcome.table_rows, 0U);
}

TEST_F(CsvImport, EmptyFile) {
    EXPECT_EQ(fails(job(""), "22P04").message, "the file is empty");
    const ImportJob known = job("", {{"a", "INTEGER", false, ""}});
    EXPECT_EQ(done(known).table_rows, 0U);
    ImportJob packed = job("");
    packed.source_file = path("empty.gz");
    packed.compression = FileCompression::kGzip;
    sql("COPY (SELECT 1 WHERE false) TO '" + path("empty.gz") + "' (FORMAT csv, HEADER false, COMPRESSION gzip)");
    fails(packed, "22P04");
}

TEST_F(CsvImport, MatchesHeaderByNameInAnyCaseAndOrder) {
    const ImportJob import = job("NAME,id\nx,1\n", {{"id", "SMALLINT", false, ""},
                                                    {"name", "VARCHAR", true, ""},
                                                    {"extra", "INTEGER", true, ""},
                                                    {"made", "DATE", false, "DATE '2020-01-01'"}});
    EXPECT_EQ(types(done(import)), "id SMALLINT NOT NULL, name VARCHAR, extra INTEGER, made DATE NOT NULL");
    EXPECT_EQ(rows_of(import.output_file), "1|x|∅|2020-01-01\n");
}

TEST_F(CsvImport, RefusesColumnsThatDoNotMatch) {
    const std::vector<ColumnSpec> columns = {{"id", "INTEGER", false, ""}, {"name", "VARCHAR", true, ""}};
    EXPECT_EQ(fails(job("id,nme\n1,x\n", columns), "42703").message,
              "the file has column \"nme\", which the table does not have");
    EXPECT_EQ(fails(job("name\nx\n", columns), "23502").message,
              "column \"id\" is missing from the file and must not be null");
    fails(job("id,name,ID\n1,x,2\n", columns), "42703");
}

TEST_F(CsvImport, MatchesByPositionWithoutHeader) {
    ImportJob import = job("1,x\n", {{"id", "INTEGER", false, ""}, {"name", "VARCHAR", true, ""}});
    import.csv.header = false;
    done(import);
    EXPECT_EQ(rows_of(import.output_file), "1|x\n");
    ImportJob narrow = job("1\n", import.columns);
    narrow.csv.header = false;
    fails(narrow, "22P04");
}

TEST_F(CsvImport, FirstBadRowIsNamed) {
    const std::vector<ColumnSpec> columns = {{"id", "INTEGER", true, ""}, {"name", "VARCHAR", true, ""}};
    const Error error = fails(job("id,name\n1,a\n2,b\nthree,c\nfour,d\n", columns), "22P02");
    EXPECT_NE(error.message.find("row 4, column \"id\""), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("three"), std::string::npos) << error.message;
    EXPECT_NE(fails(job("id,name\n1,a\n2\n", columns), "22P04").message.find("row 3"), std::string::npos);
    fails(job("id,name\n1,a\n2,b,c\n", columns), "22P04");
    fails(job("id,name\n1,\"a\n2,b\n", columns), "22P04");
    fails(job("id,name\n1,\xff\n2,b\n", columns), "22021");
}

TEST_F(CsvImport, RaggedRowsOfANewTableAreRefused) {
    EXPECT_NE(fails(job("a,b,c\n1,2,3\n4,5\n6,7,8,9\n"), "22P04").message.find("row 3"), std::string::npos);
    fails(job("a,b,c\n4,5\n6,7\n"), "22P04");
}

TEST_F(CsvImport, RejectedRowsAreLeftOutAndReported) {
    ImportJob import =
        job("id,name\n1,a\nx,b\n3\n4,d,e\n5,\xff\n6,f\n", {{"id", "INTEGER", true, ""}, {"name", "VARCHAR", true, ""}});
    import.max_rejected = 4;
    const auto outcome = done(import);
    EXPECT_EQ(outcome.rows, 2U);
    EXPECT_EQ(outcome.rejected_rows, 4U);
    ASSERT_EQ(outcome.rejected.size(), 4U);
    EXPECT_EQ(outcome.rejected[0].line, 3U);
    EXPECT_EQ(outcome.rejected[0].column, "id");
    EXPECT_EQ(outcome.rejected[3].line, 6U);
    EXPECT_EQ(rows_of(import.output_file), "1|a\n6|f\n");

    import.output_file = next_version();
    import.max_rejected = 3;
    EXPECT_EQ(fails(import, "22P02").detail, "More than 3 rows could not be loaded.");
}

TEST_F(CsvImport, RejectedRowsOfANewTable) {
    ImportJob import = job("a,b\n1,2\n3\n4,5,6\n7,8\n");
    import.max_rejected = 10;
    const auto outcome = done(import);
    EXPECT_EQ(outcome.rejected_rows, 2U);
    EXPECT_EQ(types(outcome), "a BIGINT, b BIGINT");
    EXPECT_EQ(rows_of(import.output_file), "1|2\n7|8\n");
}

TEST_F(CsvImport, ManyRejectedRowsAreCountedAndSomeReported) {
    std::string content = "id\n";
    for (int i = 0; i < 3'000; ++i) content += "x\n";
    ImportJob import = job(content + "1\n", {{"id", "INTEGER", true, ""}});
    import.max_rejected = 1'000'000'000'000;
    const auto outcome = done(import);
    EXPECT_EQ(outcome.rejected_rows, 3'000U);
    EXPECT_EQ(outcome.rejected.size(), 100U);
    EXPECT_EQ(outcome.table_rows, 1U);
}

TEST_F(CsvImport, NullsAndEmptyTexts) {
    const std::vector<ColumnSpec> columns = {
        {"a", "VARCHAR", true, ""}, {"b", "INTEGER", true, ""}, {"c", "VARCHAR", false, ""}};
    const ImportJob plain = job("a,b,c\n,,\n\"\",\"\",\"\"\n", columns);
    done(plain);
    EXPECT_EQ(rows_of(plain.output_file), "∅|∅|\n∅|∅|\n");

    ImportJob marked = job("a,b,c\n\\N,\\N,\n,1,\"\\N\"\n", columns);
    marked.csv.null_string = "\\N";
    done(marked);
    EXPECT_EQ(rows_of(marked.output_file), "∅|∅|\n|1|\\N\n");

    const Error error = fails(job("a,b\n1,\n", {{"a", "INTEGER", true, ""}, {"b", "INTEGER", false, ""}}), "23502");
    EXPECT_EQ(error.message, "null value in column \"b\" violates the not-null constraint");
}

TEST_F(CsvImport, Dialects) {
    ImportJob import = job("a;b\n1;'x;''y'\n2;#z\n");
    import.csv.delimiter = ";";
    import.csv.quote = import.csv.escape = "'";
    done(import);
    EXPECT_EQ(rows_of(import.output_file), "1|x;'y\n2|#z\n");

    ImportJob wide = job("a||b\n1||\"x||y\"\n");
    wide.csv.delimiter = "||";
    done(wide);
    EXPECT_EQ(rows_of(wide.output_file), "1|x||y\n");

    ImportJob backslash = job("a\tb\r\n1\t\"x\\\"y\"\r\n");
    backslash.csv.delimiter = "\t";
    backslash.csv.escape = "\\";
    done(backslash);
    EXPECT_EQ(rows_of(backslash.output_file), "1|x\"y\n");

    ImportJob unquoted = job("a,b\n1,\"x\n");
    unquoted.csv.quote = unquoted.csv.escape = "";
    done(unquoted);
    EXPECT_EQ(rows_of(unquoted.output_file), "1|\"x\n");
}

TEST_F(CsvImport, RefusesOptionsThatMakeNoSense) {
    const auto with = [this](auto change) {
        ImportJob import = job("a,b\n1,2\n");
        change(import.csv);
        return import;
    };
    fails(with([](auto& csv) { csv.delimiter = ""; }), "22023");
    fails(with([](auto& csv) { csv.delimiter = "\n"; }), "22023");
    fails(with([](auto& csv) { csv.delimiter = "12345"; }), "22023");
    fails(with([](auto& csv) { csv.quote = "ab"; }), "22023");
    fails(with([](auto& csv) { csv.quote = ","; }), "22023");
    fails(with([](auto& csv) { csv.escape = "\r"; }), "22023");
    fails(with([](auto& csv) { csv.null_string = std::string("a\0b", 3); }), "22023");
    fails(with([](auto& csv) { csv.date_format = std::string(1'000, '%'); }), "22023");
    fails(with([](auto& csv) {
              csv.null_string = "'), read_text('/etc/hostname";
              csv.quote = "\n";
          }),
          "22023");
}

TEST_F(CsvImport, OptionsCannotBreakOutOfTheStatement) {
    ImportJob import = job("a;b\nx') -- ' y;2\n");
    import.csv.delimiter = ";";
    import.csv.null_string = "x') -- ' y";
    done(import);
    EXPECT_EQ(rows_of(import.output_file), "∅|2\n");
}

TEST_F(CsvImport, DateFormats) {
    const ImportJob guessed = job("d,t\n31/12/2024,2024-12-31T10:00:00Z\n");
    EXPECT_EQ(types(done(guessed)), "d DATE, t TIMESTAMP WITH TIME ZONE");
    EXPECT_EQ(rows_of(guessed.output_file, "d"), "2024-12-31\n");

    ImportJob given = job("d,t\n01.02.2024,01.02.2024 10:30\n");
    given.csv.date_format = "%d.%m.%Y";
    given.csv.timestamp_format = "%d.%m.%Y %H:%M";
    EXPECT_EQ(types(done(given)), "d DATE, t TIMESTAMP");
    EXPECT_EQ(rows_of(given.output_file), "2024-02-01|2024-02-01 10:30:00\n");

    const ImportJob known = job("d\n31/12/2024\n", {{"d", "DATE", true, ""}});
    done(known);
    EXPECT_EQ(rows_of(known.output_file), "2024-12-31\n");
}

TEST_F(CsvImport, Compressed) {
    for (const auto& [name, compression] :
         {std::pair{"gzip", FileCompression::kGzip}, std::pair{"zstd", FileCompression::kZstd}}) {
        sql("COPY (SELECT range AS a, 'x' || range AS b FROM range(3)) TO '" + path(name) +
            "' (FORMAT csv, COMPRESSION " + name + ", USE_TMP_FILE false)");
        ImportJob import = import_csv(path(name), next_version());
        import.compression = compression;
        done(import);
        EXPECT_EQ(rows_of(import.output_file), "0|x0\n1|x1\n2|x2\n");
        import.source_file = file("plain.csv", "a,b\n1,2\n");
        import.output_file = next_version();
        fails(import, "22P04");
    }
}

TEST_F(CsvImport, CompressedAndCutOff) {
    for (const auto& [name, compression] :
         {std::pair{"gzip", FileCompression::kGzip}, std::pair{"zstd", FileCompression::kZstd}}) {
        sql("COPY (SELECT md5(range::VARCHAR) AS a FROM range(100000)) TO '" + path(name) +
            "' (FORMAT csv, COMPRESSION " + name + ", USE_TMP_FILE false)");
        std::filesystem::resize_file(path(name), 1'000'000);
        ImportJob import = import_csv(path(name), next_version());
        import.compression = compression;
        fails(import, "22P04");
    }
}

TEST_F(CsvImport, HugeFields) {
    const std::string big(10U << 20, 'x');
    const ImportJob import = job("a,b\n1," + big + "\n2,y\n");
    done(import);
    EXPECT_EQ(rows_of(import.output_file, "a, length(b)"), "1|10485760\n2|1\n");
    fails(job("a,b\n1," + big + big + "\n2,y\n"), "22P04");
}

TEST_F(CsvImport, ExactDecimalsAndNestedTypes) {
    const ImportJob import =
        job("a,b,c,d\n1.255,\"[1, 2]\",\"{'x': 1}\",\"{\"\"k\"\": null}\"\n", {{"a", "numeric(20,3)", true, ""},
                                                                               {"b", "int[]", true, ""},
                                                                               {"c", "STRUCT(x BIGINT)", true, ""},
                                                                               {"d", "json", true, ""}});
    EXPECT_EQ(types(done(import)), "a DECIMAL(20,3), b INTEGER[], c STRUCT(x BIGINT), d JSON");
    EXPECT_EQ(rows_of(import.output_file), "1.255|[1, 2]|{'x': 1}|{\"k\": null}\n");
}

TEST_F(CsvImport, PrimaryKeyIsUniqueAndNotNull) {
    ImportJob import = job("id,day,v\n1,2024-01-01,a\n1,2024-01-02,b\n");
    import.primary_key = {"ID", "day"};
    EXPECT_EQ(types(done(import)), "id BIGINT NOT NULL, day DATE NOT NULL, v VARCHAR");

    ImportJob twice = job("id,v\n1,a\n2,b\n1,c\n");
    twice.primary_key = {"id"};
    const Error error = fails(twice, "23505");
    EXPECT_EQ(error.message, "duplicate key value violates the primary key: (id)=(1)");
    EXPECT_EQ(error.detail, "Key (id)=(1) occurs 2 times.");

    ImportJob null_key = job("id,v\n1,a\n,b\n");
    null_key.primary_key = {"id"};
    fails(null_key, "23502");

    ImportJob unknown = job("id\n1\n");
    unknown.primary_key = {"nope"};
    fails(unknown, "42703");
    unknown.primary_key = {"id", "ID"};
    fails(unknown, "42701");
}

TEST_F(CsvImport, MissingSourceAndOccupiedOutput) {
    fails(import_csv(path("nothing.csv"), next_version()), "58030");
    const std::string taken = file("taken.duckdb", "precious");
    fails(import_csv(file("in.csv", "a\n1\n"), taken), "58030");
    EXPECT_EQ(std::filesystem::file_size(taken), 8U);
}

TEST_F(CsvImport, SourceNamedLikeAPatternOrAPartition) {
    std::filesystem::create_directory(directory_ / "k=v");
    const ImportJob import = import_csv(file("k=v/in'1.csv", "a\n1\n"), next_version());
    EXPECT_EQ(types(done(import)), "a BIGINT");
}

TEST_F(CsvImport, SmallTablesStaySmall) {
    EXPECT_LT(done(job("id,name,amount\n1,a,2.5\n")).file_bytes, 100'000U);
}

}  // namespace
}  // namespace smew::engine::loader
