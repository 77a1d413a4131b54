#include "pgsession/copy_encoder.hpp"

#include "core/byte_io.hpp"
#include "pgsession/copy_binary.hpp"
#include "pgsession/row_encoder.hpp"

#include <algorithm>

namespace smew::pgsession {
namespace {

constexpr std::size_t kMessageHeaderBytes = 5;          // type, length
constexpr std::size_t kMaxMessageBytes = 0x3FFF'FFFFU;  // as PostgreSQL's MaxAllocSize

Error too_long() {
    return {sqlstate::kProgramLimitExceeded, "a row of the result is larger than 1 GB", "",
            "Select fewer or shorter values."};
}

// The letter behind a backslash for that character; 0: it needs none.
char text_escape(char c) {
    switch (c) {
        case '\b':
            return 'b';
        case '\f':
            return 'f';
        case '\n':
            return 'n';
        case '\r':
            return 'r';
        case '\t':
            return 't';
        case '\v':
            return 'v';
        case '\\':
            return '\\';
        default:
            return 0;
    }
}

// Which bytes of a value cannot stand as they are.
class Escapes {
public:
    explicit Escapes(const CopyFormat& format) : format_(format) {
        for (const char c : format.csv ? std::string{'\n', '\r', format.quote} : std::string("\b\f\n\r\t\v\\")) mark(c);
        mark(format.delimiter);
    }

    bool any(std::string_view value) const {
        return std::ranges::any_of(value, [&](char c) { return special_[static_cast<unsigned char>(c)]; });
    }

    void append_text(std::string& out, std::string_view value) const {
        for (const char c : value) {
            const char letter = c == format_.delimiter && c != '\t' ? c : text_escape(c);
            if (letter != 0) out += '\\';
            out += letter != 0 ? letter : c;
        }
    }
    void append_quoted(std::string& out, std::string_view value) const {
        out += format_.quote;
        for (const char c : value) {
            if (c == format_.quote || c == format_.escape) out += format_.escape;
            out += c;
        }
        out += format_.quote;
    }

private:
    void mark(char c) { special_[static_cast<unsigned char>(c)] = true; }

    const CopyFormat& format_;
    std::array<bool, 256> special_{};
};

class TextCopyEncoder final : public CopyEncoder {
public:
    TextCopyEncoder(const CopyFormat& format, const std::vector<engine::ResultColumn>& columns,
                    const ValueFormat& values)
        : format_(format), values_(values), escapes_(format_), row_bound_(kMessageHeaderBytes + 1) {
        for (const engine::ResultColumn& column : columns) {
            names_.push_back(column.name);
            columns_.push_back({text_encoder_for(column.type), format.csv && format.force_quote.has(column.name)});
            row_bound_ += 1 + format.null.size() + columns_.back().encoder.bound;
        }
    }

    void begin(pgproto::Buffer& out) override {
        if (format_.header == CopyHeader::kNone) return;
        std::string line;
        for (std::size_t i = 0; i < names_.size(); ++i) {
            if (i > 0) line += format_.delimiter;
            // Names are never NULL.
            rewritten_.clear();
            line += rewrite(names_[i], false) ? rewritten_ : names_[i];
        }
        line += '\n';
        pgproto::write_copy_data(out, as_bytes(line));
    }

    Result<std::uint64_t> encode(const engine::Chunk& chunk, std::uint64_t first, std::uint64_t last,
                                 pgproto::Buffer& out, std::size_t stop_at) override {
        RowSink sink(out, row_bound_);
        const std::size_t room = stop_at > out.size() ? stop_at - out.size() : 0;
        Octet* at = sink.reserve(sink.begin(), std::min<std::size_t>(room, (last - first) * row_bound_));
        std::uint64_t row = first;
        while (row < last && sink.offset(at) < stop_at) {
            at = sink.reserve(at, 0);
            const std::size_t start = sink.offset(at);
            at = encode_row(sink, at, chunk, row++);
            const std::size_t length = sink.offset(at) - start;
            if (length > kMaxMessageBytes) {
                sink.finish(sink.at(start));
                return too_long();
            }
            const std::uint32_t big = to_big_endian(static_cast<std::uint32_t>(length - 1));
            *sink.at(start) = 'd';
            std::memcpy(sink.at(start + 1), &big, sizeof big);
        }
        sink.finish(at);
        return row;
    }

    void end(pgproto::Buffer&) override {}

private:
    struct Column {
        ValueEncoder encoder;
        bool force_quote = false;
    };

    Octet* encode_row(RowSink& sink, Octet* out, const engine::Chunk& chunk, std::uint64_t row) {
        out += kMessageHeaderBytes;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (i > 0) *out++ = static_cast<Octet>(format_.delimiter);
            const engine::ColumnView& column = chunk.columns[i];
            if (columns_[i].encoder.encode == nullptr || !column.valid(row)) {
                std::memcpy(out, format_.null.data(), format_.null.size());
                out += format_.null.size();
                continue;
            }
            const std::size_t start = sink.offset(out);
            out = columns_[i].encoder.encode(sink, out, column, row, values_);
            const auto* begin = reinterpret_cast<const char*>(sink.at(start));
            const std::string_view value(begin, sink.offset(out) - start);
            if (rewrite(value, columns_[i].force_quote)) out = put_text(sink, sink.at(start), rewritten_);
        }
        *out++ = '\n';
        return out;
    }

    // True when the value cannot stand as it is: rewritten_ holds what can.
    bool rewrite(std::string_view value, bool force_quote) {
        const bool special = escapes_.any(value);
        const bool quotes = format_.csv && (special || force_quote || value == format_.null ||
                                            (columns_.size() == 1 && value == "\\."));
        if (!special && !quotes) return false;
        rewritten_.clear();
        quotes ? escapes_.append_quoted(rewritten_, value) : escapes_.append_text(rewritten_, value);
        return true;
    }

    const CopyFormat format_;
    const ValueFormat values_;
    const Escapes escapes_;
    std::vector<std::string> names_;
    std::vector<Column> columns_;
    std::size_t row_bound_;  // of a row's fixed-size parts
    std::string rewritten_;
};

// A tuple of the binary format is the body of a DataRow message.
class BinaryCopyEncoder final : public CopyEncoder {
public:
    BinaryCopyEncoder(const std::vector<engine::ResultColumn>& columns, const ValueFormat& values)
        : rows_(columns, std::vector<pgproto::Format>(columns.size(), pgproto::Format::kBinary), values) {
        pending_.resize(kCopyHeaderBytes);
        std::ranges::copy(kCopySignature, pending_.begin());
    }

    void begin(pgproto::Buffer&) override {}

    Result<std::uint64_t> encode(const engine::Chunk& chunk, std::uint64_t first, std::uint64_t last,
                                 pgproto::Buffer& out, std::size_t stop_at) override {
        if (!pending_.empty() && first < last) return encode_first(chunk, first, out);
        const std::size_t start = out.size();
        auto next = rows_.encode(chunk, first, last, out, stop_at);
        for (std::size_t at = start; at < out.size(); at += 1 + length_at(out, at)) out[at] = 'd';
        return next;
    }

    void end(pgproto::Buffer& out) override {
        pending_.insert(pending_.end(), {0xFF, 0xFF});
        pgproto::write_copy_data(out, pending_);
    }

private:
    // PostgreSQL sends the header in one message with the first tuple, and psycopg expects it there.
    Result<std::uint64_t> encode_first(const engine::Chunk& chunk, std::uint64_t row, pgproto::Buffer& out) {
        pgproto::Buffer message;
        auto next = rows_.encode(chunk, row, row + 1, message, 1);
        if (!next) return next;
        pending_.insert(pending_.end(), message.begin() + kMessageHeaderBytes, message.end());
        pgproto::write_copy_data(out, pending_);
        pending_.clear();
        return next;
    }

    static std::size_t length_at(const pgproto::Buffer& messages, std::size_t at) {
        std::uint32_t length = 0;
        std::memcpy(&length, messages.data() + at + 1, sizeof length);
        return to_big_endian(length);
    }

    const RowEncoder rows_;
    pgproto::Buffer pending_;  // the header, until it is sent
};

}  // namespace

std::unique_ptr<CopyEncoder> copy_encoder_for(const CopyFormat& format,
                                              const std::vector<engine::ResultColumn>& columns,
                                              const ValueFormat& values) {
    if (format.binary) return std::make_unique<BinaryCopyEncoder>(columns, values);
    return std::make_unique<TextCopyEncoder>(format, columns, values);
}

}  // namespace smew::pgsession
