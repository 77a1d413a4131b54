#include "pgsession/copy_binary.hpp"
#include "pgsession/session_fixture.hpp"

#include <map>

namespace smew::pgsession::testing {
namespace {

class CopyTest : public SessionTest {
protected:
    CopyTest() {
        stage.scripts["t"] = {.columns = {"a", "b"}};
        stage.scripts["SELECT \"a\" FROM t"] = {.columns = {"a"}, .rows = {{1}, {kNullValue}, {3}}};
    }
    static pg::CopyData data(std::string_view text) { return {as_bytes(text)}; }
    std::string first(std::string_view sql) { return client.query(sql).front(); }
    // What was inserted, row by row, since the log was last taken.
    std::string inserted() {
        std::string all;
        for (const std::string& entry : log()) {
            if (entry.starts_with("insert t ")) all += entry.substr(9);
        }
        return all;
    }
};

TEST_F(CopyTest, OutIsExactToTheByte) {
    client.add(pg::Query{"copy t (a) to stdout with csv header"}).send();
    client.session().run();
    const auto bytes = client.take_bytes();
    const std::string expected(
        "H\0\0\0\x09\0\0\1\0\0"
        "d\0\0\0\6a\n"
        "d\0\0\0\6"
        "1\n"
        "d\0\0\0\5\n"
        "d\0\0\0\6"
        "3\n"
        "c\0\0\0\4"
        "C\0\0\0\x0b"
        "COPY 3\0"
        "Z\0\0\0\5I",
        10 + 7 + 7 + 6 + 7 + 5 + 12 + 6);
    EXPECT_EQ(std::string(bytes.begin(), bytes.end()), expected);
}

TEST_F(CopyTest, OutOfAQueryInTheExtendedProtocol) {
    client.add(pg::Parse{"", "copy (select a from t) to stdout", {}}).add(pg::Bind{});
    client.add(pg::Describe{pg::Target::kPortal, ""}).add(pg::Execute{"", 0}).add(pg::Sync{});
    EXPECT_EQ(client.exchange(),
              (Messages{"Parsed", "Bound", "NoData", "?", "?", "?", "?", "?", "?", "?", "Done COPY 5", "Ready I"}));
}

TEST_F(CopyTest, InInsertsInOneTransaction) {
    EXPECT_EQ(client.query("copy t from stdin"), Messages{"?"});
    stage.take_log();
    client.add(data("1\tx\n2")).add(data("\t\\N\n")).add(pg::CopyDone{});
    EXPECT_EQ(client.exchange(), (Messages{"Done COPY 2", "Ready I"}));
    const auto entries = log();
    ASSERT_GE(entries.size(), 2U);
    EXPECT_EQ(entries[entries.size() - 2], "insert t [1][x][2][NULL]");
    EXPECT_EQ(entries.back(), "COMMIT");
}

TEST_F(CopyTest, InOfAScriptGoesOnBehindTheRows) {
    EXPECT_EQ(client.query("select 1; copy t from stdin; select b from u").back(), "?");
    client.add(data("1\tx\n")).add(pg::CopyDone{});
    EXPECT_EQ(client.exchange(), (Messages{"Done COPY 1", "Columns b:23", "Row 7", "Done SELECT 1", "Ready I"}));
}

TEST_F(CopyTest, InOfTheExtendedProtocolIgnoresSyncUntilItsEnd) {
    client.add(pg::Parse{"", "copy t from stdin (format csv)", {}}).add(pg::Bind{}).add(pg::Execute{"", 0});
    client.add(pg::Sync{}).add(data("1,\"\"\n")).add(pg::CopyDone{}).add(pg::Sync{});
    EXPECT_EQ(client.exchange(), (Messages{"Parsed", "Bound", "?", "Done COPY 1", "Ready I"}));
    EXPECT_EQ(inserted(), "[1][]");
}

TEST_F(CopyTest, ErrorsRollBackAndTheRestIsSwallowed) {
    client.query("copy t from stdin");
    client.add(data("1\n2\tx\n")).add(data("3\ty\n")).add(pg::CopyDone{});
    EXPECT_EQ(client.exchange(),
              (Messages{"ERROR 22P04 missing data for column \"b\" (COPY t, line 1: \"1\")", "Ready I"}));
    EXPECT_EQ(log().back(), "ROLLBACK");
    client.query("copy t from stdin");
    EXPECT_EQ(client.add(data("1\t2\t3\n")).exchange(),
              (Messages{"ERROR 22P04 extra data after last expected column (COPY t, line 1: \"1\t2\t3\")", "Ready I"}));
    client.query("copy t from stdin");
    EXPECT_EQ(client.add(pg::CopyFail{"enough"}).exchange(),
              (Messages{"ERROR 57014 COPY from stdin failed: enough", "Ready I"}));
    client.query("begin");
    client.query("copy t from stdin");
    EXPECT_EQ(client.add(pg::Query{"select 1"}).exchange(),
              (Messages{"ERROR 08P01 unexpected message type 'Q' during COPY from stdin", "Ready E"}));
}

TEST_F(CopyTest, ErrorsInTheExtendedProtocolSkipToSync) {
    client.add(pg::Parse{"", "copy t from stdin", {}}).add(pg::Bind{}).add(pg::Execute{"", 0}).add(pg::Sync{});
    client.add(data("1\n")).add(data("2\tx\n")).add(pg::CopyDone{}).add(pg::Sync{});
    EXPECT_EQ(client.exchange(),
              (Messages{"Parsed", "Bound", "?", "ERROR 22P04 missing data for column \"b\" (COPY t, line 1: \"1\")",
                        "Ready I"}));
}

TEST_F(CopyTest, HeadersAreSkippedOrCompared) {
    client.query("copy t from stdin (format csv, header)");
    EXPECT_EQ(client.add(data("x,y,z\n1,2\n")).add(pg::CopyDone{}).exchange().front(), "Done COPY 1");
    client.query("copy t from stdin (format csv, header match)");
    EXPECT_EQ(client.add(data("a,b\n1,2\n")).add(pg::CopyDone{}).exchange().front(), "Done COPY 1");
    client.query("copy t from stdin (format csv, header match)");
    EXPECT_EQ(
        client.add(data("a,c\n")).exchange().front(),
        "ERROR 22P04 column name mismatch in header line field 2: got \"c\", expected \"b\" (COPY t, line 1: \"a,c\")");
}

TEST_F(CopyTest, RefusalsSayWhy) {
    EXPECT_EQ(first("copy missing from stdin"), "ERROR 42P01 no table");
    EXPECT_EQ(first("copy t to '/tmp/x'"), "ERROR 42501 COPY to or from a file is not permitted");
    EXPECT_EQ(first("copy t from program 'ls'"), "ERROR 42501 COPY to or from an external program is not permitted");
    EXPECT_EQ(first("copy t to stdout (encoding 'latin1')").substr(0, 11), "ERROR 0A000");
    EXPECT_EQ(first("copy t to stdout (delimiter 'ab')"),
              "ERROR 0A000 COPY delimiter must be a single one-byte character");
    EXPECT_EQ(first("copy t to stdout (delimiter 'a')"), "ERROR 22023 COPY delimiter cannot be \"a\"");
    EXPECT_EQ(first("copy t to stdout (format csv, delimiter '\"')"),
              "ERROR 22023 COPY delimiter and quote must be different");
    for (const char* sql : {"copy", "copy t", "copy t to", "copy t to stdout (", "copy t to stdout (nonsense)",
                            "copy t (a to stdout", "copy (select 1 to stdout", "copy () to stdout",
                            "copy (select 1) from stdin", "copy t to stdout csv nonsense"}) {
        EXPECT_EQ(first(sql).substr(0, 11), "ERROR 42601") << sql;
    }
}

TEST_F(CopyTest, ErrorsOfValuesNameLineAndColumn) {
    client.query("copy t from stdin");
    stage.take_log();
    EXPECT_EQ(client.add(data("1\t2\n3\tbad\n")).add(pg::CopyDone{}).exchange(),
              (Messages{"ERROR 22P02 no number (COPY t, line 2, column b: \"bad\")", "Ready I"}));
    // Inserted as well: an error of what stands before comes first.
    EXPECT_EQ(inserted(), "[1][2]");
    stage.scripts["t"].execute_error = Error{sqlstate::kUniqueViolation, "twice"};
    client.query("copy t from stdin");
    EXPECT_EQ(client.add(data("1\t2\n1\t2\n")).add(pg::CopyDone{}).exchange().front(),
              "ERROR 23505 twice (COPY t, line 2)");
    client.query("copy t from stdin");
    EXPECT_EQ(client.add(data("1\t2\n1\t2\n3\tbad\n")).add(pg::CopyDone{}).exchange().front(),
              "ERROR 23505 twice (COPY t, line 2)");
}

TEST_F(CopyTest, SkipsRowsOnError) {
    const std::string skipping = "NOTICE 00000 skipping row due to data type incompatibility at line ";
    client.query("copy t from stdin (on_error ignore, log_verbosity verbose)");
    stage.take_log();
    EXPECT_EQ(
        client.add(data("1\t2\n3\tbad\n5\t6\nbad\t7\n")).add(pg::CopyDone{}).exchange(),
        (Messages{skipping + "2 for column \"b\": \"bad\"", skipping + "4 for column \"a\": \"bad\"",
                  "NOTICE 00000 2 rows were skipped due to data type incompatibility", "Done COPY 2", "Ready I"}));
    EXPECT_EQ(inserted(), "[1][2][5][6]");
    client.query("copy t from stdin (on_error ignore, log_verbosity silent)");
    EXPECT_EQ(client.add(data("3\tbad\n")).add(pg::CopyDone{}).exchange(), (Messages{"Done COPY 0", "Ready I"}));
    client.query("copy t from stdin (on_error ignore, reject_limit 1)");
    EXPECT_EQ(client.add(data("3\tbad\n3\tbad\n")).add(pg::CopyDone{}).exchange().front(),
              "ERROR 22P02 skipped more than REJECT_LIMIT (1) rows due to data type incompatibility (COPY t, line 2, "
              "column b: \"bad\")");
    client.query("copy t from stdin (on_error ignore)");
    EXPECT_EQ(client.add(data("3\n")).exchange().front().substr(0, 11), "ERROR 22P04");
}

TEST_F(CopyTest, LeavesColumnsToTheirDefaults) {
    client.query("copy t from stdin (default '#')");
    stage.take_log();
    EXPECT_EQ(client.add(data("1\t2\n3\t#\n4\t#\n#\t5\n6\t7\n")).add(pg::CopyDone{}).exchange().front(), "Done COPY 5");
    EXPECT_EQ(inserted(), "[1][2][3][4][5][6][7]");
    client.query("copy t from stdin (default '#')");
    EXPECT_EQ(client.add(data("#\tbad\n")).add(pg::CopyDone{}).exchange().front(),
              "ERROR 22P02 no number (COPY t, line 1, column b: \"bad\")");
}

TEST_F(CopyTest, ConditionsAreTheEngines) {
    EXPECT_EQ(client.query("copy t from stdin with csv where a > 1 and b <> ')'"), Messages{"?"});
    EXPECT_EQ(log().back(), "bulk t where a > 1 and b <> ')'");
    client.add(pg::CopyDone{}).exchange();
    EXPECT_EQ(first("copy t to stdout where a > 1"), "ERROR 42601 WHERE clause not allowed with COPY TO");
}

TEST_F(CopyTest, InOfBinaryTuples) {
    const std::string header = std::string(kCopySignature) + std::string(8, '\0');
    const std::string tuple("\0\2\0\0\0\4\0\0\0\7\xff\xff\xff\xff", 14);
    const std::string bytes = header + tuple + "\xff\xff";
    for (std::size_t piece = 1; piece < bytes.size(); ++piece) {
        client.query("copy t from stdin (format binary)");
        stage.take_log();
        for (std::size_t at = 0; at < bytes.size(); at += piece)
            client.add(data(std::string_view(bytes).substr(at, piece)));
        EXPECT_EQ(client.add(pg::CopyDone{}).exchange(), (Messages{"Done COPY 1", "Ready I"})) << piece;
        EXPECT_EQ(inserted(), "[7][NULL]");
    }
    const auto answer = [&](const std::string& sent) {
        client.query("copy t from stdin (format binary)");
        return client.add(data(sent)).add(pg::CopyDone{}).exchange().front();
    };
    EXPECT_EQ(answer("PGCOPY"), "ERROR 22P04 COPY file signature not recognized");
    EXPECT_EQ(answer(header + tuple.substr(0, 6)), "ERROR 22P04 unexpected EOF in COPY data (COPY t, line 1)");
    EXPECT_EQ(answer(header + std::string("\0\1", 2)), "ERROR 22P04 row field count is 1, expected 2 (COPY t, line 1)");
    EXPECT_EQ(answer(bytes + "more"), "ERROR 22P04 received copy data after EOF marker (COPY t, line 2)");
    EXPECT_EQ(answer(header + std::string("\0\2\0\0\0\3\0\0\0\xff\xff\xff\xff", 13)),
              "ERROR 22P03 incorrect binary data format (COPY t, line 1, column a)");
    EXPECT_EQ(answer(header), "Done COPY 0");
}

TEST_F(CopyTest, OutAsBinaryTuples) {
    client.add(pg::Query{"copy binary t (a) to stdout"}).send();
    client.session().run();
    const auto bytes = client.take_bytes();
    const std::string answer(bytes.begin(), bytes.end());
    const std::string header = std::string(kCopySignature) + std::string(8, '\0');
    // With the first tuple in one message, as PostgreSQL sends it.
    const std::string first_message = std::string("d\0\0\0\x21", 5) + header + std::string("\0\1\0\0\0\4\0\0\0\1", 10);
    EXPECT_NE(answer.find(first_message), std::string::npos);
    EXPECT_NE(answer.find(std::string("d\0\0\0\x0a\0\1\xff\xff\xff\xff", 11)), std::string::npos);
    EXPECT_NE(answer.find(std::string("d\0\0\0\6\xff\xff"
                                      "c\0\0\0\4",
                                      12)),
              std::string::npos);
}

TEST_F(CopyTest, OutAsAFile) {
    stage.scripts["select 1"] = {.columns = {"a"}, .rows = {{1}, {2}}};
    client.query("copy (select 1) to stdout (format parquet, compression zstd, row_group_size 5000)");
    EXPECT_EQ(log().back(), "parquet select 1 compression=zstd row_group_size=5000");
    EXPECT_EQ(first("copy (select 1) to stdout (format parquet, nonsense 1)"),
              "ERROR 42601 option \"nonsense\" not recognized");
    EXPECT_EQ(first("copy (select 1) to stdout (format parquet, header)"),
              "ERROR 0A000 cannot specify HEADER in parquet format");
    EXPECT_EQ(first("copy t from stdin (format parquet)").substr(0, 11), "ERROR 0A000");
    stage.scripts["select 1"].late_error = Error{sqlstate::kQueryCanceled, "enough"};
    const Messages answer = client.query("copy (select 1) to stdout (format json, array)");
    EXPECT_EQ(answer[answer.size() - 2], "ERROR 57014 enough");
}

TEST_F(CopyTest, OptionsAreCheckedAsInPostgresql) {
    const std::map<std::string, std::string> expected = {
        {"from stdin (format nonsense)", "22023 COPY format \"nonsense\" not recognized"},
        {"from stdin (format csv, format csv)", "42601 conflicting or redundant options"},
        {"from stdin (header 5)", "42601 header requires a Boolean value or \"match\""},
        {"to stdout (format csv, header match)", "0A000 cannot use \"match\" with HEADER in COPY TO"},
        {"from stdin (quote '\"')", "0A000 COPY quote available only in CSV mode"},
        {"from stdin (force_null (a))", "0A000 COPY force null available only in CSV mode"},
        {"from stdin (format csv, force_quote *)", "0A000 COPY force quote only available using COPY TO"},
        {"to stdout (format csv, force_not_null (a))", "0A000 COPY force not null only available using COPY FROM"},
        {"from stdin (format csv, force_null (z))", "42703 column \"z\" of relation \"t\" does not exist"},
        {"from stdin (format csv, force_quote a)",
         "22023 argument to option \"force_quote\" must be a list of column names"},
        {"from stdin (null 'a\tb')", "0A000 COPY delimiter must not appear in the NULL specification"},
        {"from stdin (format csv, default '\"')",
         "0A000 CSV quote character must not appear in the DEFAULT specification"},
        {"to stdout (default 'x')", "0A000 COPY DEFAULT only available using COPY FROM"},
        {"from stdin (default 'x', null 'x')", "22023 NULL specification and DEFAULT specification cannot be the same"},
        {"from stdin (on_error nonsense)", "22023 COPY ON_ERROR \"nonsense\" not recognized"},
        {"from stdin (reject_limit 5)", "22023 COPY REJECT_LIMIT requires ON_ERROR to be set to IGNORE"},
        {"from stdin (on_error ignore, reject_limit 0)", "22023 REJECT_LIMIT (0) must be greater than zero"},
        {"from stdin (log_verbosity loud)", "22023 COPY LOG_VERBOSITY \"loud\" not recognized"},
        {"from stdin (format binary, delimiter 'x')", "42601 cannot specify DELIMITER in BINARY mode"},
        {"from stdin (format binary, header)", "0A000 cannot specify HEADER in BINARY mode"},
        {"from stdin (format binary, on_error ignore)", "42601 only ON_ERROR STOP is allowed in BINARY mode"},
        {"from stdin (freeze maybe)", "42601 freeze requires a Boolean value"},
        {"from stdin csv force not null z", "42703 column \"z\" of relation \"t\" does not exist"},
    };
    for (const auto& [options, error] : expected) EXPECT_EQ(first("copy t " + options), "ERROR " + error) << options;
}

TEST_F(CopyTest, OptionsHaveTwoForms) {
    for (const char* options :
         {"using delimiters '|'", "delimiter as '|' null as ''", "csv header quote as '''' escape '\\'",
          "with (format csv, freeze, encoding 'UTF8', header off)", "binary", "with binary",
          "csv force null a force not null b", "(format 'csv', null 'NIL', force_null *)"}) {
        EXPECT_EQ(first("copy t from stdin " + std::string(options)), "?") << options;
        client.add(pg::CopyFail{""}).exchange();
    }
}

TEST_F(CopyTest, ACancelTakesEffectWhenMoreComes) {
    client.query("copy t from stdin");
    client.session().cancel_statement(CancelReason::kUser);
    EXPECT_EQ(client.add(data("1\t2\n")).exchange(),
              (Messages{"ERROR 57014 canceling statement due to user request", "Ready I"}));
    client.query("set statement_timeout = '1ms'");
    client.query("copy t from stdin");
    // It waits for its client, so it is not taken for stuck.
    const auto later = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    EXPECT_EQ(client.session().check_deadlines(later).count(), 0);
    EXPECT_EQ(client.add(data("1\t2\n")).exchange(),
              (Messages{"ERROR 57014 canceling statement due to statement timeout", "Ready I"}));
}

}  // namespace
}  // namespace smew::pgsession::testing
