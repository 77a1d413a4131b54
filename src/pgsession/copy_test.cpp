#include "pgsession/copy_format.hpp"
#include "pgsession/session_fixture.hpp"

namespace smew::pgsession::testing {
namespace {

using Records = std::vector<std::string>;

CopyFormat csv_format() {
    return {.csv = true, .delimiter = ',', .null = ""};
}

// The records, fields between bars, NULL as ∅; an error as its code and message. Fed in pieces of `piece` bytes.
Records read(const CopyFormat& format, std::string_view data, std::size_t piece) {
    CopyReader reader(format);
    Records records;
    const auto take = [&] {
        for (;;) {
            CopyFields fields;
            const Result<bool> got = reader.next(fields);
            if (!got) {
                records.push_back(std::string(got.error().code.text()) + " " + got.error().message);
                return false;
            }
            if (!*got) return true;
            std::string line;
            for (std::size_t i = 0; i < fields.fields.size(); ++i) {
                line += (i == 0 ? "" : "|") + (fields[i] ? std::string(*fields[i]) : "∅");
            }
            records.push_back(line);
        }
    };
    for (std::size_t at = 0; at < data.size(); at += piece) {
        reader.feed(as_bytes(data.substr(at, piece)));
        if (!take()) return records;
    }
    reader.finish();
    take();
    return records;
}

void expect_records(const CopyFormat& format, std::string_view data, const Records& expected) {
    for (std::size_t piece = 1; piece <= data.size(); ++piece) EXPECT_EQ(read(format, data, piece), expected) << piece;
}

std::string field(const CopyFormat& format, std::optional<std::string_view> value, bool force = false,
                  bool alone = false) {
    pgproto::Buffer out;
    append_copy_field(out, format, value, force, alone);
    return {out.begin(), out.end()};
}

TEST(CopyText, WritesPostgresqlsEscapes) {
    const CopyFormat text;
    EXPECT_EQ(field(text, std::nullopt), "\\N");
    EXPECT_EQ(field(text, ""), "");
    EXPECT_EQ(field(text, "a\tb\nc\\d\re\bf\fg\vh"), "a\\tb\\nc\\\\d\\re\\bf\\fg\\vh");
    EXPECT_EQ(field({.delimiter = '|'}, "a|b\tč"), "a\\|b\\tč");
}

TEST(CopyText, ReadsEscapesHoweverTheBytesAreCut) {
    expect_records({}, "1\t\\N\t\n", {"1|∅|"});
    expect_records({}, "a\\tb\\nc\\\\\\b\\f\\v\\r\tč€😀\nlast", {"a\tb\nc\\\b\f\v\r|č€😀", "last"});
    expect_records({}, "\\101\\x41\\x4a\\7\\xzz\\q\\\tx\\\\N\n", {"AAJ\axzzq\tx\\N"});
    expect_records({}, "a\\\nb\n\\\\.\n", {"a\nb", "\\."});
    expect_records({}, "1\r\n2\r\n", {"1", "2"});
    expect_records({}, "1\n\\.\nignored\n", {"1"});
    expect_records({}, "\n\n", {"", ""});
    expect_records({}, "1\n2\r\n", {"1", "22P04 literal carriage return found in data"});
    expect_records({.delimiter = '|', .null = "nil"}, "nil|a\\|b\n", {"∅|a|b"});
}

TEST(CopyText, RefusesInvalidUtf8AlsoFromEscapes) {
    EXPECT_EQ(read({}, "a\xff\n", 99).front().substr(0, 5), "22021");
    EXPECT_EQ(read({}, "a\\xff\n", 99).front().substr(0, 5), "22021");
    EXPECT_EQ(read({}, "a\\000\n", 99).front().substr(0, 5), "22021");
    EXPECT_EQ(read({}, "\\xc3\\xa9\n", 99).front(), "é");
}

TEST(CopyCsv, WritesQuotesWhereTheyAreNeeded) {
    const CopyFormat csv = csv_format();
    EXPECT_EQ(field(csv, std::nullopt), "");
    EXPECT_EQ(field(csv, ""), "\"\"");
    EXPECT_EQ(field(csv, "a b"), "a b");
    EXPECT_EQ(field(csv, "a,b"), "\"a,b\"");
    EXPECT_EQ(field(csv, "a\"b"), "\"a\"\"b\"");
    EXPECT_EQ(field(csv, "a\nb\\"), "\"a\nb\\\"");
    EXPECT_EQ(field(csv, "a", true), "\"a\"");
    EXPECT_EQ(field(csv, std::nullopt, true), "");
    EXPECT_EQ(field(csv, "\\.", false, true), "\"\\.\"");
    EXPECT_EQ(field({.csv = true, .delimiter = ';', .quote = '\'', .escape = '\\', .null = "NULL"}, "i't\\;"),
              "'i\\'t\\\\;'");
}

TEST(CopyCsv, ReadsQuotesHoweverTheBytesAreCut) {
    const CopyFormat csv = csv_format();
    expect_records(csv, "1,,\"\"\n", {"1|∅|"});
    expect_records(csv, "\"a\"\"b\",\"c,d\n\re\",x\"y z\"w\n", {"a\"b|c,d\n\re|xy zw"});
    expect_records(csv, "č,\"€\"\r\n2,3\r\n", {"č|€", "2|3"});
    expect_records(csv, "\"\\.\"\n\\.\nrest", {"\\."});
    expect_records(csv, "a,\"b\n", {"22P04 unterminated CSV quoted field"});
    const CopyFormat escaped{.csv = true, .delimiter = ',', .escape = '\\', .null = "nil"};
    expect_records(escaped, "\"a\\\"b\\\\\\c\",nil,\"nil\",\n", {"a\"b\\\\c|∅|nil|"});
}

class CopyTest : public SessionTest {
protected:
    CopyTest() {
        stage.scripts["SELECT * FROM t LIMIT 0"] = {.columns = {"a", "b"}};
        stage.scripts["INSERT INTO t (\"a\", \"b\") VALUES ($1, $2)"] = {
            .kind = StatementKind::kInsert, .parameters = {TypeId::kInteger, TypeId::kVarchar}};
        stage.scripts["SELECT \"a\" FROM t"] = {.columns = {"a"}, .rows = {{1}, {kNullValue}, {3}}};
        stage.scripts["SELECT * FROM missing LIMIT 0"] = {.prepare_error =
                                                              Error{sqlstate::kUndefinedTable, "no table"}};
    }
    static pg::CopyData data(std::string_view text) { return {as_bytes(text)}; }
    std::string first(std::string_view sql) { return client.query(sql).front(); }
    std::string bound() {
        std::string all;
        for (const auto& values : stage.bound) {
            for (const auto& value : values) {
                const auto* text = std::get_if<engine::TextValue>(&value);
                all += text != nullptr ? "[" + std::string(text->text) + "]" : "[NULL]";
            }
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
    EXPECT_EQ(bound(), "[1][x][2][NULL]");
    const auto entries = log();
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
    EXPECT_EQ(bound(), "[1][]");
    EXPECT_EQ(log().back(), "COMMIT");
}

TEST_F(CopyTest, ErrorsRollBackAndTheRestIsSwallowed) {
    client.query("copy t from stdin");
    client.add(data("1\n2\tx\n")).add(data("3\ty\n")).add(pg::CopyDone{});
    EXPECT_EQ(client.exchange(), (Messages{"ERROR 22P04 missing data for column \"b\"", "Ready I"}));
    EXPECT_EQ(log().back(), "ROLLBACK");
    client.query("copy t from stdin");
    EXPECT_EQ(client.add(data("1\t2\t3\n")).exchange(),
              (Messages{"ERROR 22P04 extra data after last expected column", "Ready I"}));
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
              (Messages{"Parsed", "Bound", "?", "ERROR 22P04 missing data for column \"b\"", "Ready I"}));
}

TEST_F(CopyTest, HeadersAreSkippedOrCompared) {
    client.query("copy t from stdin (format csv, header)");
    EXPECT_EQ(client.add(data("x,y,z\n1,2\n")).add(pg::CopyDone{}).exchange().front(), "Done COPY 1");
    client.query("copy t from stdin (format csv, header match)");
    EXPECT_EQ(client.add(data("a,b\n1,2\n")).add(pg::CopyDone{}).exchange().front(), "Done COPY 1");
    client.query("copy t from stdin (format csv, header match)");
    EXPECT_EQ(client.add(data("a,c\n")).exchange().front(),
              "ERROR 22P04 column name mismatch in header line field 2: got \"c\", expected \"b\"");
}

TEST_F(CopyTest, RefusalsSayWhy) {
    EXPECT_EQ(first("copy missing from stdin"), "ERROR 42P01 no table");
    EXPECT_EQ(first("copy t to '/tmp/x'"), "ERROR 42501 COPY to or from a file is not permitted");
    EXPECT_EQ(first("copy t from program 'ls'"), "ERROR 42501 COPY to or from an external program is not permitted");
    EXPECT_EQ(first("copy t to stdout (format binary)"), "ERROR 0A000 COPY format \"binary\" is not supported");
    EXPECT_EQ(first("copy t to stdout with binary"), "ERROR 0A000 COPY format \"binary\" is not supported");
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

}  // namespace
}  // namespace smew::pgsession::testing
