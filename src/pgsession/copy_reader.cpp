#include "pgsession/copy_reader.hpp"

#include "pgsession/utf8.hpp"

#include <algorithm>
#include <cstring>

namespace smew::pgsession {
namespace {

constexpr std::size_t kMaxRecordBytes = 64U << 20;

Error malformed(std::string message, std::string hint = "") {
    return {sqlstate::kBadCopyFileFormat, std::move(message), "", std::move(hint)};
}

// Where `wanted` is in [begin, end) of `text`, else `end`. memchr looks at many bytes at once.
std::size_t find(const std::string& text, std::size_t begin, std::size_t end, char wanted) {
    const void* found = begin < end ? std::memchr(text.data() + begin, wanted, end - begin) : nullptr;
    return found == nullptr ? end : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
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

bool ColumnChoice::has(std::string_view name) const {
    return all || std::ranges::find(names, name) != names.end();
}

void CopyReader::feed(ByteSpan bytes) {
    if (ended_) return;
    if (fields_.empty() && begin_ > 0) {
        pending_.erase(0, begin_);
        scan_ -= begin_;
        begin_ = first_begin_ = 0;
    }
    pending_.append(as_text(bytes));
}

void CopyReader::clear() {
    fields_.clear();
    unescaped_.clear();
    first_begin_ = begin_;
}

std::optional<std::string_view> CopyReader::operator[](std::size_t i) const {
    const Field& field = fields_[i];
    if (field.kind != Kind::kValue) return std::nullopt;
    return std::string_view(field.unescaped ? unescaped_ : pending_).substr(field.begin, field.size);
}

// ---------------------------------------------------------------- records

bool CopyReader::ends_line(std::size_t end, std::size_t next, LineEnd style) {
    if (line_end_ == LineEnd::kUnknown) line_end_ = style;
    record_ = {begin_, end - begin_};
    next_begin_ = next;
    return true;
}

Error CopyReader::wrong_line_end(char found) const {
    const std::string what = found == '\r' ? "carriage return" : "newline";
    if (format_.csv) {
        return malformed("unquoted " + what + " found in data", "Use quoted CSV field to represent " + what + ".");
    }
    return malformed("literal " + what + " found in data",
                     std::string("Use \"\\") + (found == '\r' ? 'r' : 'n') + "\" to represent " + what + ".");
}

// The end of a record without anything to look out for, which most are.
bool CopyReader::find_plain_end() {
    if (in_quotes_ || escaping_ || line_end_ == LineEnd::kReturn) return false;
    const std::size_t newline = find(pending_, scan_, pending_.size(), '\n');
    if (newline == pending_.size()) return false;
    if (find(pending_, scan_, newline, format_.csv ? format_.quote : '\\') != newline) return false;
    const std::size_t carriage_return = find(pending_, scan_, newline, '\r');
    const bool both = carriage_return + 1 == newline;
    if (!both && carriage_return != newline) return false;
    const LineEnd style = both ? LineEnd::kBoth : LineEnd::kNewline;
    if (line_end_ != LineEnd::kUnknown && line_end_ != style) return false;
    return ends_line(newline - (both ? 1 : 0), newline + 1, style);
}

// True for the character that opens, closes or is between the quotes of CSV.
bool CopyReader::step_quotes(char c) {
    const bool own_escape = format_.escape != format_.quote;
    if (in_quotes_ && own_escape && c == format_.escape) escaping_ = !escaping_;
    if (c == format_.quote && !escaping_) in_quotes_ = !in_quotes_;
    if (!own_escape || c != format_.escape) escaping_ = false;
    // As PostgreSQL counts: before the first line has ended it does not know what a line ends with.
    if (in_quotes_ && c == (line_end_ == LineEnd::kNewline ? '\n' : '\r')) ++lines_;
    return in_quotes_ || c == format_.quote;
}

// True: the record ends at `at`. nullopt: what follows decides, and has not come.
Result<std::optional<bool>> CopyReader::look_at(std::size_t at) {
    using Found = std::optional<bool>;
    const char c = pending_[at];
    const bool last = at + 1 == pending_.size();
    if (c == '\n') {
        if (line_end_ == LineEnd::kReturn || line_end_ == LineEnd::kBoth) return wrong_line_end(c);
        return Found(ends_line(at, at + 1, LineEnd::kNewline));
    }
    if (c != '\r') return Found(false);
    if (line_end_ == LineEnd::kNewline) return wrong_line_end(c);
    if (line_end_ == LineEnd::kReturn) return Found(ends_line(at, at + 1, LineEnd::kReturn));
    if (last && !finished_) return Found();
    if (!last && pending_[at + 1] == '\n') return Found(ends_line(at, at + 2, LineEnd::kBoth));
    if (line_end_ == LineEnd::kBoth) return wrong_line_end(c);
    return Found(ends_line(at, at + 1, LineEnd::kReturn));
}

Result<bool> CopyReader::find_end() {
    if (find_plain_end()) return true;
    for (; scan_ < pending_.size(); ++scan_) {
        const char c = pending_[scan_];
        if (format_.csv && step_quotes(c)) continue;
        if (!format_.csv && c == '\\') {
            if (scan_ + 1 == pending_.size() && !finished_) return false;
            ++scan_;  // whatever stands behind it belongs to it, a newline too
            continue;
        }
        const auto found = look_at(scan_);
        if (!found) return found.error();
        if (!*found) return false;
        if (**found) return true;
    }
    scan_ = std::min(scan_, pending_.size());
    return false;
}

Result<bool> CopyReader::is_end_marker() const {
    const std::string_view record = text(record_);
    if (!record.starts_with("\\.")) return false;
    if (record.size() == 2) return true;
    if (format_.csv) return false;
    return malformed("end-of-copy marker corrupt");
}

Result<bool> CopyReader::take_record() {
    if (ended_) return false;
    readable_ = false;
    const auto whole = find_end();
    record_line_ = lines_ + 1;
    if (!whole) return whole;
    if (!*whole && pending_.size() - begin_ > kMaxRecordBytes) {
        return Error{sqlstate::kProgramLimitExceeded, "a line of the data is too long", "",
                     "The longest is " + to_text(Bytes{kMaxRecordBytes}) + "."};
    }
    if (!*whole && (!finished_ || begin_ == pending_.size())) return false;
    if (!*whole) {
        record_ = {begin_, pending_.size() - begin_};
        next_begin_ = pending_.size();
    }
    ++lines_;
    begin_ = scan_ = next_begin_;
    readable_ = !*whole && in_quotes_;
    if (readable_) return malformed("unterminated CSV quoted field");
    return true;
}

Result<bool> CopyReader::next() {
    first_field_ = fields_.size();
    const auto taken = take_record();
    if (!taken || !*taken) return taken;
    const auto marker = is_end_marker();
    if (!marker) return marker;
    ended_ = *marker;
    if (ended_) return false;
    const std::string_view record = text(record_);
    if (auto invalid = invalid_utf8(record)) return *invalid;
    readable_ = true;
    const std::size_t before = unescaped_.size();
    if (format_.csv) {
        parse_csv();
        return true;
    }
    if (const Result<void> parsed = parse_text(); !parsed) return parsed.error();
    // Escapes may have made other bytes than those of the record.
    if (auto invalid = invalid_utf8(std::string_view(unescaped_).substr(before))) return *invalid;
    return true;
}

// ---------------------------------------------------------------- fields

// `raw`: as it stands in the record, by which NULL and DEFAULT are known.
void CopyReader::add(Field field, std::string_view raw, bool quoted) {
    const std::size_t place = fields_.size() - first_field_;
    const auto forced = [place](const std::vector<bool>& choice) { return place < choice.size() && choice[place]; };
    const bool is_null = raw == format_.null;
    if (is_null && (quoted ? forced(rules_.force_null) : !forced(rules_.force_not_null))) {
        field.kind = Kind::kNull;
    } else if (format_.default_marker && !quoted && raw == *format_.default_marker) {
        field.kind = Kind::kDefault;
    }
    fields_.push_back(field);
}

void CopyReader::add_plain(std::size_t begin, std::size_t size) {
    add({begin, size}, std::string_view(pending_).substr(begin, size), false);
}

// Gives the field's end.
std::size_t CopyReader::parse_escaped(std::size_t begin, std::size_t end) {
    std::size_t at = begin;
    while (at < end && pending_[at] != format_.delimiter) at += pending_[at] == '\\' && at + 1 < end ? 2 : 1;
    const std::string_view raw = std::string_view(pending_).substr(begin, at - begin);
    const std::size_t start = unescaped_.size();
    for (std::size_t i = 0; i < raw.size();) {
        if (raw[i] == '\\' && i + 1 < raw.size()) {
            unescaped_ += take_escaped(raw, ++i);
        } else {
            unescaped_ += raw[i++];
        }
    }
    add({start, unescaped_.size() - start, Kind::kValue, true}, raw, false);
    return at;
}

Result<void> CopyReader::parse_text() {
    const std::size_t end = record_.begin + record_.size;
    for (std::size_t at = record_.begin;; ++at) {
        const std::size_t stop = find(pending_, at, end, format_.delimiter);
        if (find(pending_, at, stop, '\\') == stop) {
            add_plain(at, stop - at);
            at = stop;
        } else {
            at = parse_escaped(at, end);
        }
        if (at >= end) return {};
    }
}

// Gives the field's end.
std::size_t CopyReader::parse_quoted(std::size_t begin, std::size_t end) {
    const std::size_t start = unescaped_.size();
    bool in_quotes = false;
    std::size_t at = begin;
    for (; at < end && (in_quotes || pending_[at] != format_.delimiter); ++at) {
        const char c = pending_[at];
        const char next = at + 1 < end ? pending_[at + 1] : '\0';
        const bool escapes = in_quotes && c == format_.escape && at + 1 < end;
        if (escapes && (next == format_.quote || next == format_.escape)) {
            unescaped_ += next;
            ++at;
        } else if (c == format_.quote) {
            in_quotes = !in_quotes;
        } else {
            unescaped_ += c;
        }
    }
    const std::size_t size = unescaped_.size() - start;
    add({start, size, Kind::kValue, true}, std::string_view(unescaped_).substr(start), true);
    return at;
}

void CopyReader::parse_csv() {
    const std::size_t end = record_.begin + record_.size;
    for (std::size_t at = record_.begin;; ++at) {
        const std::size_t stop = find(pending_, at, end, format_.delimiter);
        if (find(pending_, at, stop, format_.quote) == stop) {
            add_plain(at, stop - at);
            at = stop;
        } else {
            at = parse_quoted(at, end);
        }
        if (at >= end) return;
    }
}

}  // namespace smew::pgsession
