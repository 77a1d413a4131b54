// What COPY FROM reads. The first byte chooses the format, the second where the bytes are cut: the records are the same
// however that is.
#include "expect.hpp"
#include "pgsession/copy_binary.hpp"
#include "pgsession/copy_reader.hpp"

#include <string>

namespace {

using namespace smew;
using namespace smew::pgsession;

CopyFormat format_of(std::uint8_t choice) {
    switch (choice % 4) {
        case 0:
            return {};
        case 1:
            return {.csv = true, .delimiter = ',', .null = ""};
        case 2:
            return {
                .csv = true, .delimiter = ';', .quote = '\'', .escape = '\\', .null = "NULL", .default_marker = "D"};
        default:
            return {.delimiter = '|', .null = "", .default_marker = "\\D"};
    }
}

std::string shown(const CopyReader& reader, std::size_t first) {
    std::string text = std::to_string(reader.line()) + ":";
    for (std::size_t i = first; i < reader.fields(); ++i) {
        text += std::to_string(static_cast<int>(reader.kind(i)));
        if (const auto value = reader[i]) text += *value;
        text += '\0';
    }
    return text + '\n';
}

// All records as one text; an error ends it.
std::string read_text(const CopyFormat& format, ByteSpan data, std::size_t piece) {
    CopyReader reader(format);
    std::string all;
    for (;;) {
        for (;;) {
            const std::size_t first = reader.fields();
            const Result<bool> read = reader.next();
            if (!read) return all + read.error().message;
            if (!*read) break;
            all += shown(reader, first);
            if (reader.fields() > 8) reader.clear();
        }
        if (data.empty()) return all;
        const std::size_t count = std::min(piece, data.size());
        reader.feed(data.first(count));
        data = data.subspan(count);
        if (data.empty()) reader.finish();
    }
}

std::string read_binary(ByteSpan data, std::size_t piece) {
    BinaryCopyReader reader(2);
    std::string all;
    for (;;) {
        for (;;) {
            const Result<bool> read = reader.next();
            if (!read) return all + read.error().message;
            if (!*read) break;
            fuzz::expect(reader.fields().size() == 2);
            for (const auto& field : reader.fields()) all += field ? std::string(as_text(*field)) + '\0' : "NULL";
        }
        if (data.empty()) return all;
        const std::size_t count = std::min(piece, data.size());
        reader.feed(data.first(count));
        data = data.subspan(count);
        if (data.empty()) reader.finish();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size < 2) return 0;
    const std::size_t piece = bytes[1] % 31 + std::size_t{1};
    const ByteSpan data(bytes + 2, size - 2);
    if (bytes[0] % 8 == 7) {
        fuzz::expect(read_binary(data, piece) == read_binary(data, size));
        return 0;
    }
    const CopyFormat format = format_of(bytes[0]);
    fuzz::expect(read_text(format, data, piece) == read_text(format, data, size));
    return 0;
}
