#pragma once
// COPY's text and CSV formats: fields out of bytes that arrive in pieces.
// Source: PostgreSQL 15 documentation, "COPY", File Formats; src/backend/commands/copyfromparse.c for what is
// malformed.

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "pgsession/copy_format.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smew::pgsession {

// Reads what COPY FROM gets. Records may be cut anywhere. Fields stay good, and count up, until clear(); most of them
// are where they arrived, so a record costs no copy.
class CopyReader {
public:
    enum class Kind : std::uint8_t { kValue, kNull, kDefault };

    // The choices of FORCE_NULL and FORCE_NOT_NULL, by the field's place; empty: none.
    struct Rules {
        std::vector<bool> force_null, force_not_null;
    };

    explicit CopyReader(CopyFormat format, Rules rules = {}) : format_(std::move(format)), rules_(std::move(rules)) {}

    void feed(ByteSpan bytes);
    // Nothing follows: what is left is the last record.
    void finish() { finished_ = true; }
    // Appends the next record's fields. False when it has not come whole, or there is none. Error 22P04 for a malformed
    // one, 22021 for invalid UTF-8, 54000 for one that is too long.
    Result<bool> next();

    std::size_t fields() const { return fields_.size(); }
    Kind kind(std::size_t i) const { return fields_[i].kind; }
    std::optional<std::string_view> operator[](std::size_t i) const;
    // Forgets the fields.
    void clear();
    // How much of what was fed the fields lie in.
    std::size_t bytes() const { return begin_ - first_begin_ + unescaped_.size(); }

    // The line of the last record, from 1 on: the one it ends on, as PostgreSQL counts.
    std::uint64_t line() const { return record_line_; }
    // A record's bytes, where they are until clear().
    struct Place {
        std::size_t begin = 0, size = 0;
    };
    // The last record's, where there is something that can be shown.
    std::optional<Place> place() const { return readable_ ? std::optional(record_) : std::nullopt; }
    std::string_view text(Place place) const { return std::string_view(pending_).substr(place.begin, place.size); }

private:
    enum class LineEnd : std::uint8_t { kUnknown, kNewline, kReturn, kBoth };
    struct Field {
        std::size_t begin = 0, size = 0;
        Kind kind = Kind::kValue;
        bool unescaped = false;  // it lies there, else in pending_
    };

    // True when the record is whole: record_ and next_begin_ tell where. scan_ is where to go on otherwise.
    Result<bool> find_end();
    bool find_plain_end();
    Result<std::optional<bool>> look_at(std::size_t at);
    bool ends_line(std::size_t end, std::size_t next, LineEnd style);
    Error wrong_line_end(char found) const;
    bool step_quotes(char c);
    Result<bool> take_record();
    Result<bool> is_end_marker() const;

    Result<void> parse_text();
    std::size_t parse_escaped(std::size_t begin, std::size_t end);
    void parse_csv();
    std::size_t parse_quoted(std::size_t begin, std::size_t end);
    void add_plain(std::size_t begin, std::size_t size);
    void add(Field field, std::string_view raw, bool quoted);

    const CopyFormat format_;
    const Rules rules_;
    std::string pending_;
    std::string unescaped_;        // fields that had escapes or quotes
    std::size_t begin_ = 0;        // of the record in pending_
    std::size_t first_begin_ = 0;  // of the first record whose fields are kept
    std::size_t scan_ = 0;         // what is before was looked at
    Place record_;                 // the last one, without its line's end
    std::size_t next_begin_ = 0;
    bool in_quotes_ = false, escaping_ = false;
    bool readable_ = false;
    bool finished_ = false;
    bool ended_ = false;  // by the end marker
    LineEnd line_end_ = LineEnd::kUnknown;
    std::uint64_t lines_ = 0, record_line_ = 0;
    std::vector<Field> fields_;
    std::size_t first_field_ = 0;  // of the record that is being read
};

}  // namespace smew::pgsession
