#include "pgsession/copy_reader.hpp"

#include <gtest/gtest.h>

#include <map>

namespace smew::pgsession::testing {
namespace {

using Records = std::vector<std::string>;

CopyFormat csv_format() {
    return {.csv = true, .delimiter = ',', .null = ""};
}

std::string shown(const CopyReader& reader, std::size_t field) {
    if (reader.kind(field) == CopyReader::Kind::kDefault) return "DEFAULT";
    return reader[field] ? std::string(*reader[field]) : "∅";
}

// The records that are kept, fields between bars, NULL as ∅.
void show(CopyReader& reader, std::vector<std::size_t>& ends, Records& records) {
    std::size_t field = 0;
    for (const std::size_t end : ends) {
        std::string line;
        for (const std::size_t first = field; field < end; ++field)
            line += (field == first ? "" : "|") + shown(reader, field);
        records.push_back(line);
    }
    ends.clear();
    reader.clear();
}

// The records; an error as its code and message. Fed in pieces of `piece` bytes. `keep`: the fields of all records are
// looked at only in the end.
Records read(const CopyFormat& format, std::string_view data, std::size_t piece, const CopyReader::Rules& rules = {},
             bool keep = false) {
    CopyReader reader(format, rules);
    Records records;
    std::vector<std::size_t> ends;
    const auto take = [&] {
        Result<bool> got = reader.next();
        for (; got && *got; got = reader.next()) ends.push_back(reader.fields());
        if (!keep || !got) show(reader, ends, records);
        if (!got) records.push_back(std::string(got.error().code.text()) + " " + got.error().message);
        return got.has_value();
    };
    for (std::size_t at = 0; at < data.size(); at += piece) {
        reader.feed(as_bytes(data.substr(at, piece)));
        if (!take()) return records;
    }
    reader.finish();
    if (take()) show(reader, ends, records);
    return records;
}

void expect_records(const CopyFormat& format, std::string_view data, const Records& expected) {
    for (std::size_t piece = 1; piece <= data.size(); ++piece) {
        EXPECT_EQ(read(format, data, piece), expected) << piece;
        EXPECT_EQ(read(format, data, piece, {}, true), expected) << piece;
    }
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
    expect_records({}, "1\r\n2\n", {"1", "22P04 literal newline found in data"});
    expect_records({}, "1\r2\r3", {"1", "2", "3"});
    expect_records({}, "1\r2\n", {"1", "22P04 literal newline found in data"});
    expect_records({}, "a\\\r\nb\n", {"a\r", "b"});
    expect_records({}, "\\.x\n", {"22P04 end-of-copy marker corrupt"});
    expect_records({.delimiter = '|', .null = "nil"}, "nil|a\\|b\n", {"∅|a|b"});
}

TEST(CopyText, RefusesInvalidUtf8AlsoFromEscapes) {
    EXPECT_EQ(read({}, "a\xff\n", 99).front().substr(0, 5), "22021");
    EXPECT_EQ(read({}, "a\\xff\n", 99).front().substr(0, 5), "22021");
    EXPECT_EQ(read({}, "a\\000\n", 99).front().substr(0, 5), "22021");
    EXPECT_EQ(read({}, "\\xc3\\xa9\n", 99).front(), "é");
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

TEST(CopyCsv, KnowsWhatIsNoDataOutsideOfQuotes) {
    const CopyFormat csv = csv_format();
    expect_records(csv, "a\nb\rc\n", {"a", "22P04 unquoted carriage return found in data"});
    expect_records(csv, "a\r\nb\n", {"a", "22P04 unquoted newline found in data"});
    expect_records(csv, "a,\"x\ry\"\nb,\n", {"a|x\ry", "b|∅"});
    expect_records(csv, "\\.x\n", {"\\.x"});
}

TEST(CopyCsv, ForcesNulls) {
    const CopyFormat csv{.csv = true, .delimiter = ',', .null = "nil"};
    const CopyReader::Rules rules{.force_null = {true, false}, .force_not_null = {false, true}};
    EXPECT_EQ(read(csv, "\"nil\",\"nil\"\nnil,nil\n", 99, rules), (Records{"∅|nil", "∅|nil"}));
    EXPECT_EQ(read(csv, "\"nil\",\"nil\"\nnil,nil\n", 99), (Records{"nil|nil", "∅|∅"}));
}

TEST(CopyReader, MarksDefaults) {
    const CopyFormat csv{.csv = true, .delimiter = ',', .null = "", .default_marker = "\\D"};
    expect_records(csv, "\\D,\"\\D\"\n", {"DEFAULT|\\D"});
    const CopyFormat text{.default_marker = "\\D"};
    expect_records(text, "\\D\t\\\\D\tD\n", {"DEFAULT|\\D|D"});
}

TEST(CopyReader, CountsLinesAsPostgresqlDoes) {
    CopyReader reader(csv_format());
    reader.feed(as_bytes("a\n\"b\n\nc\"\nd\n"));
    ASSERT_TRUE(reader.next().value());
    EXPECT_EQ(reader.line(), 1U);
    ASSERT_TRUE(reader.next().value());
    EXPECT_EQ(reader.line(), 4U);
    EXPECT_EQ(reader.text(*reader.place()), "\"b\n\nc\"");
    ASSERT_TRUE(reader.next().value());
    EXPECT_EQ(reader.line(), 5U);
}

}  // namespace
}  // namespace smew::pgsession::testing
