#pragma once
// COPY's text and CSV formats: lines out of rows, and fields out of bytes that arrive in pieces.
// Source: PostgreSQL 15 documentation, "COPY", File Formats.

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "pgproto/backend.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smew::pgsession {

enum class CopyHeader : std::uint8_t { kNone, kPresent, kMatch };

struct CopyFormat {
    bool csv = false;
    char delimiter = '\t';
    char quote = '"', escape = '"';  // of CSV
    std::string null = "\\N";
    CopyHeader header = CopyHeader::kNone;
    bool force_quote_all = false;
    std::vector<std::string> force_quote;
};

// Appends one field as COPY TO writes it; nullopt is NULL. `alone`: it is the line's only one.
void append_copy_field(pgproto::Buffer& out, const CopyFormat& format, std::optional<std::string_view> value,
                       bool force_quote, bool alone);

// Fields of some records, one behind the other.
struct CopyFields {
    struct Field {
        std::size_t begin = 0, size = 0;
        bool null = false;
    };
    std::string text;
    std::vector<Field> fields;

    std::optional<std::string_view> operator[](std::size_t i) const {
        if (fields[i].null) return std::nullopt;
        return std::string_view(text).substr(fields[i].begin, fields[i].size);
    }
    void clear() {
        text.clear();
        fields.clear();
    }
};

// Reads what COPY FROM gets. Records may be cut anywhere; what is kept of them is bounded.
class CopyReader {
public:
    explicit CopyReader(CopyFormat format) : format_(std::move(format)) {}

    void feed(ByteSpan bytes);
    // Nothing follows: what is left is the last record.
    void finish() { finished_ = true; }
    // Appends the next record's fields. False when it has not come whole, or there is none. Error 22P04 for a malformed
    // one, 22021 for invalid UTF-8, 54000 for one that is too long.
    Result<bool> next(CopyFields& into);
    // The line of the last record, from 1 on: the one it ends on, as PostgreSQL counts.
    std::uint64_t line() const { return record_line_; }

private:
    Result<std::optional<std::string_view>> take_record();
    bool find_end();  // moves scan_ to the newline that ends the record
    void parse_text(std::string_view record, CopyFields& into) const;
    void parse_csv(std::string_view record, CopyFields& into) const;
    void add(CopyFields& into, std::size_t begin, bool null) const;

    CopyFormat format_;
    std::string pending_;
    std::size_t begin_ = 0;  // of the record in pending_
    std::size_t scan_ = 0;   // what is before was looked at
    bool in_quotes_ = false;
    bool finished_ = false;
    bool ended_ = false;                    // by the end marker
    std::optional<bool> carriage_returns_;  // lines end in \r\n, as the first one did
    std::uint64_t lines_ = 0, record_line_ = 0;
};

}  // namespace smew::pgsession
