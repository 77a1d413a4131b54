#include "pgsession/copy_encoder.hpp"

#include <gtest/gtest.h>

namespace smew::pgsession::testing {
namespace {

engine::StringRef reference(const std::string& text) {
    engine::StringRef ref{static_cast<std::uint32_t>(text.size()), {}};
    const char* data = text.data();
    if (text.size() <= 12) {
        std::memcpy(ref.rest.data(), data, text.size());
    } else {
        std::memcpy(ref.rest.data() + 4, &data, sizeof data);
    }
    return ref;
}

// One row of VARCHAR columns as a line, without its message; NULL where nullopt.
std::string line(const CopyFormat& format, const std::vector<std::optional<std::string>>& values,
                 const std::vector<std::string>& names = {"a", "b", "c"}) {
    const engine::Type type{.id = engine::TypeId::kVarchar};
    std::vector<engine::ResultColumn> columns;
    std::vector<engine::StringRef> texts(values.size());
    const std::uint64_t none = 0;
    engine::Chunk chunk{.rows = 1};
    for (std::size_t i = 0; i < values.size(); ++i) {
        columns.push_back({names[i], type});
        if (values[i]) texts[i] = reference(*values[i]);
        chunk.columns.push_back({.type = &type, .data = &texts[i], .validity = values[i] ? nullptr : &none});
    }
    const auto encoder = copy_encoder_for(format, columns, {});
    pgproto::Buffer out;
    encoder->begin(out);
    EXPECT_EQ(encoder->encode(chunk, 0, 1, out, 1U << 20).value(), 1U);
    encoder->end(out);
    std::string lines;
    for (std::size_t at = 0; at < out.size();) {
        const std::size_t length = (std::size_t{out[at + 3]} << 8) + out[at + 4];
        EXPECT_EQ(out[at], 'd');
        lines.append(out.begin() + static_cast<std::ptrdiff_t>(at + 5),
                     out.begin() + static_cast<std::ptrdiff_t>(at + 1 + length));
        at += 1 + length;
    }
    return lines;
}

CopyFormat csv_format() {
    return {.csv = true, .delimiter = ',', .null = ""};
}

TEST(CopyEncoder, WritesPostgresqlsEscapes) {
    EXPECT_EQ(line({}, {std::nullopt, "", "x"}), "\\N\t\tx\n");
    EXPECT_EQ(line({}, {"a\tb\nc\\d\re\bf\fg\vh"}), "a\\tb\\nc\\\\d\\re\\bf\\fg\\vh\n");
    EXPECT_EQ(line({.delimiter = '|'}, {"a|b\tč", "\\N"}), "a\\|b\\tč|\\\\N\n");
}

TEST(CopyEncoder, WritesQuotesWhereTheyAreNeeded) {
    const CopyFormat csv = csv_format();
    EXPECT_EQ(line(csv, {std::nullopt, "", "a b"}), ",\"\",a b\n");
    EXPECT_EQ(line(csv, {"a,b", "a\"b", "a\nb\\"}), "\"a,b\",\"a\"\"b\",\"a\nb\\\"\n");
    EXPECT_EQ(line(csv, {"\\."}), "\"\\.\"\n");
    EXPECT_EQ(line(csv, {"\\.", "x"}), "\\.,x\n");
    const CopyFormat odd{.csv = true, .delimiter = ';', .quote = '\'', .escape = '\\', .null = "NULL"};
    EXPECT_EQ(line(odd, {"i't\\;", "NULL", std::nullopt}), "'i\\'t\\\\;';'NULL';NULL\n");
}

TEST(CopyEncoder, QuotesWhatIsAskedFor) {
    CopyFormat csv = csv_format();
    csv.force_quote.names = {"b"};
    EXPECT_EQ(line(csv, {"x", "y", std::nullopt}), "x,\"y\",\n");
    csv.force_quote = {.all = true};
    EXPECT_EQ(line(csv, {"x", std::nullopt, "y"}), "\"x\",,\"y\"\n");
}

TEST(CopyEncoder, HeadersAreEscapedAsValues) {
    CopyFormat csv = csv_format();
    csv.header = CopyHeader::kPresent;
    EXPECT_EQ(line(csv, {"1", "2"}, {"a", "b,c"}), "a,\"b,c\"\n1,2\n");
    CopyFormat text;
    text.header = CopyHeader::kPresent;
    EXPECT_EQ(line(text, {"1", "2"}, {"a\tb", "c"}), "a\\tb\tc\n1\t2\n");
}

TEST(CopyEncoder, LongValuesMoveNothingElse) {
    const std::string text(100'000, ',');
    EXPECT_EQ(line({}, {std::string(60'000, 'x'), "y"}), std::string(60'000, 'x') + "\ty\n");
    EXPECT_EQ(line(csv_format(), {text.substr(0, 60'000), "y"}), '"' + text.substr(0, 60'000) + "\",y\n");
}

}  // namespace
}  // namespace smew::pgsession::testing
