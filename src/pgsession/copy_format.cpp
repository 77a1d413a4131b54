#include "pgsession/copy_format.hpp"

#include "pgsession/utf8.hpp"

#include <algorithm>

namespace smew::pgsession {
namespace {

constexpr std::size_t kMaxRecordBytes = 64U << 20;

void append(pgproto::Buffer& out, std::string_view text) {
    out.insert(out.end(), text.begin(), text.end());
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

char escaped_value(char c) {
    switch (c) {
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        case 'v':
            return '\v';
        default:
            return c;
    }
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

void append_text_field(pgproto::Buffer& out, const CopyFormat& format, std::string_view value) {
    for (const char c : value) {
        const char letter = c == format.delimiter && c != '\t' ? c : text_escape(c);
        if (letter != 0) out.push_back('\\');
        out.push_back(static_cast<std::uint8_t>(letter != 0 ? letter : c));
    }
}

bool needs_quotes(const CopyFormat& format, std::string_view value, bool alone) {
    if (value == format.null || (alone && value == "\\.")) return true;
    const char special[] = {format.delimiter, format.quote, '\n', '\r'};
    return value.find_first_of(std::string_view(special, sizeof special)) != std::string_view::npos;
}

void append_csv_field(pgproto::Buffer& out, const CopyFormat& format, std::string_view value, bool quoted) {
    if (!quoted) return append(out, value);
    out.push_back(static_cast<std::uint8_t>(format.quote));
    for (const char c : value) {
        if (c == format.quote || c == format.escape) out.push_back(static_cast<std::uint8_t>(format.escape));
        out.push_back(static_cast<std::uint8_t>(c));
    }
    out.push_back(static_cast<std::uint8_t>(format.quote));
}

// What stands behind a backslash; `at` moves behind it.
char take_escaped(std::string_view record, std::size_t& at) {
    const char c = record[at++];
    if (c >= '0' && c <= '7') {
        int value = c - '0';
        for (int i = 0; i < 2 && at < record.size() && record[at] >= '0' && record[at] <= '7'; ++i) {
            value = value * 8 + (record[at++] - '0');
        }
        return static_cast<char>(value & 0xFF);
    }
    if (c == 'x' && at < record.size() && hex_digit(record[at]) >= 0) {
        int value = hex_digit(record[at++]);
        if (at < record.size() && hex_digit(record[at]) >= 0) value = value * 16 + hex_digit(record[at++]);
        return static_cast<char>(value);
    }
    return escaped_value(c);
}

}  // namespace

void append_copy_field(pgproto::Buffer& out, const CopyFormat& format, std::optional<std::string_view> value,
                       bool force_quote, bool alone) {
    if (!value) return append(out, format.null);
    if (!format.csv) return append_text_field(out, format, *value);
    append_csv_field(out, format, *value, force_quote || needs_quotes(format, *value, alone));
}

void CopyReader::feed(ByteSpan bytes) {
    if (ended_) return;
    if (begin_ > 0) {
        pending_.erase(0, begin_);
        scan_ -= begin_;
        begin_ = 0;
    }
    pending_.append(as_text(bytes));
}

bool CopyReader::find_end() {
    while (scan_ < pending_.size()) {
        const char c = pending_[scan_];
        if (c == '\n') {
            ++lines_;
            if (!in_quotes_) return true;
            ++scan_;
            continue;
        }
        const bool escapes =
            format_.csv ? in_quotes_ && c == format_.escape && format_.escape != format_.quote : c == '\\';
        if (escapes && scan_ + 1 == pending_.size()) return false;  // what it stands for is still to come
        if (escapes) {
            const char next = pending_[scan_ + 1];
            if (!format_.csv && next == '\n') ++lines_;
            scan_ += !format_.csv || next == format_.quote || next == format_.escape ? 2 : 1;
            continue;
        }
        if (format_.csv && c == format_.quote) in_quotes_ = !in_quotes_;
        ++scan_;
    }
    return false;
}

Result<std::optional<std::string_view>> CopyReader::take_record() {
    using Record = std::optional<std::string_view>;
    const bool whole = find_end();
    if (!whole && pending_.size() - begin_ > kMaxRecordBytes) {
        return Error{sqlstate::kProgramLimitExceeded, "a line of the data is too long", "",
                     "The longest is " + to_text(Bytes{kMaxRecordBytes}) + "."};
    }
    if (!whole && (!finished_ || begin_ == pending_.size())) return Record();
    record_line_ = whole ? lines_ : lines_ + 1;
    if (!whole && in_quotes_) return Error{sqlstate::kBadCopyFileFormat, "unterminated CSV quoted field"};
    const std::size_t end = whole ? scan_ : pending_.size();
    std::string_view record = std::string_view(pending_).substr(begin_, end - begin_);
    begin_ = scan_ = whole ? end + 1 : end;
    if (!carriage_returns_ && whole) carriage_returns_ = record.ends_with('\r');
    if (carriage_returns_.value_or(false) && record.ends_with('\r')) record.remove_suffix(1);
    return Record(record);
}

Result<bool> CopyReader::next(CopyFields& into) {
    if (ended_) return false;
    const auto taken = take_record();
    if (!taken) return taken.error();
    if (!*taken) return false;
    const std::string_view record = **taken;
    if (record == "\\.") {
        ended_ = true;
        return false;
    }
    if (auto invalid = invalid_utf8(record)) return *invalid;
    if (!format_.csv && record.find('\r') != std::string_view::npos) {
        return Error{sqlstate::kBadCopyFileFormat, "literal carriage return found in data", "",
                     "Use \"\\r\" to represent carriage return."};
    }
    const std::size_t before = into.text.size();
    format_.csv ? parse_csv(record, into) : parse_text(record, into);
    // Escapes may have made other bytes than those of the record.
    if (!format_.csv && record.find('\\') != std::string_view::npos) {
        if (auto invalid = invalid_utf8(std::string_view(into.text).substr(before))) return *invalid;
    }
    return true;
}

void CopyReader::add(CopyFields& into, std::size_t begin, bool null) const {
    if (null) into.text.resize(begin);
    into.fields.push_back({begin, into.text.size() - begin, null});
}

void CopyReader::parse_text(std::string_view record, CopyFields& into) const {
    std::size_t raw = 0;
    std::size_t begin = into.text.size();
    for (std::size_t at = 0;;) {
        if (at >= record.size() || record[at] == format_.delimiter) {
            add(into, begin, record.substr(raw, at - raw) == format_.null);
            if (at >= record.size()) return;
            raw = ++at;
            begin = into.text.size();
        } else if (record[at] == '\\' && at + 1 < record.size()) {
            into.text += take_escaped(record, ++at);
        } else {
            into.text += record[at++];
        }
    }
}

void CopyReader::parse_csv(std::string_view record, CopyFields& into) const {
    bool quoted = false, in_quotes = false;
    std::size_t begin = into.text.size();
    for (std::size_t at = 0;; ++at) {
        const bool end = at >= record.size();
        if (end || (!in_quotes && record[at] == format_.delimiter)) {
            add(into, begin, !quoted && std::string_view(into.text).substr(begin) == format_.null);
            if (end) return;
            begin = into.text.size();
            quoted = false;
            continue;
        }
        const char c = record[at];
        const char next = at + 1 < record.size() ? record[at + 1] : '\0';
        const bool escapes = in_quotes && c == format_.escape && at + 1 < record.size();
        if (escapes && (next == format_.quote || next == format_.escape)) {
            into.text += next;
            ++at;
        } else if (c == format_.quote) {
            in_quotes = !in_quotes;
            quoted = true;
        } else {
            into.text += c;
        }
    }
}

}  // namespace smew::pgsession
