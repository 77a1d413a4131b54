#include "http/multipart.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

namespace smew::http {
namespace {

constexpr std::size_t kMaxPartHeaderBytes = 8192;

Error malformed(std::string message) {
    return {sqlstate::kInvalidParameterValue, "multipart body: " + message};
}

bool equal_fold(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// The value of `name="…"` in a Content-Disposition header.
std::optional<std::string> disposition_parameter(std::string_view header, std::string_view name) {
    std::size_t at = header.find(';');
    while (at != std::string_view::npos) {
        std::string_view rest = header.substr(at + 1);
        rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
        const std::size_t equals = rest.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        const bool match = equal_fold(rest.substr(0, equals), name);
        const std::string_view value = rest.substr(equals + 1);
        const bool quoted = value.starts_with('"');
        const std::size_t end = quoted ? value.find('"', 1) : value.find(';');
        if (quoted && end == std::string_view::npos) return std::nullopt;
        if (match) return std::string(quoted ? value.substr(1, end - 1) : value.substr(0, end));
        at = header.find(';', static_cast<std::size_t>(value.data() - header.data()) + (quoted ? end : 0));
    }
    return std::nullopt;
}

std::optional<std::string_view> header_value(std::string_view headers, std::string_view name) {
    while (!headers.empty()) {
        const std::size_t end = headers.find("\r\n");
        const std::string_view line = headers.substr(0, end);
        const std::size_t colon = line.find(':');
        if (colon != std::string_view::npos && equal_fold(line.substr(0, colon), name)) return line.substr(colon + 1);
        if (end == std::string_view::npos) break;
        headers.remove_prefix(end + 2);
    }
    return std::nullopt;
}

}  // namespace

MultipartReader::MultipartReader(std::string_view boundary, Sink sink)
    : delimiter_("\r\n--" + std::string(boundary)), sink_(std::move(sink)) {}

Result<void> MultipartReader::feed(ByteSpan piece) {
    if (state_ == State::kEpilogue) return {};
    pending_.append(as_text(piece));
    while (true) {
        const Result<bool> more = step();
        if (!more) return more.error();
        if (!*more) return {};
    }
}

Result<void> MultipartReader::finish() const {
    if (state_ != State::kEpilogue) return malformed("it ended before its closing boundary");
    if (!found_) return malformed("it has no part called \"file\"");
    return {};
}

Result<bool> MultipartReader::step() {
    switch (state_) {
        case State::kPreamble:
            return read_preamble();
        case State::kAfterDelimiter:
            return read_after_delimiter();
        case State::kHeaders:
            return read_headers();
        case State::kContent:
            return read_content();
        case State::kEpilogue:
            break;
    }
    pending_.clear();
    return false;
}

Result<bool> MultipartReader::read_preamble() {
    const std::size_t at = pending_.find(delimiter_);
    if (at == std::string::npos) {
        if (pending_.size() > kMaxPartHeaderBytes) return malformed("the first boundary is missing");
        return false;
    }
    pending_.erase(0, at + delimiter_.size());
    state_ = State::kAfterDelimiter;
    return true;
}

Result<bool> MultipartReader::read_after_delimiter() {
    if (pending_.size() < 2) return false;
    if (pending_.starts_with("--")) {
        state_ = State::kEpilogue;
        return true;
    }
    if (!pending_.starts_with("\r\n")) return malformed("a boundary is not followed by a line end");
    state_ = State::kHeaders;
    return true;
}

Result<bool> MultipartReader::read_headers() {
    // The line end after the boundary is kept in front, so that a part without headers ends in the same four bytes.
    const std::size_t end = pending_.find("\r\n\r\n");
    if (end == std::string::npos) {
        if (pending_.size() > kMaxPartHeaderBytes) return malformed("the headers of a part are too long");
        return false;
    }
    const std::string headers = pending_.substr(2, end < 2 ? 0 : end - 2);
    if (Result<void> begun = begin_part(headers); !begun) return begun.error();
    pending_.erase(0, end + 4);
    state_ = State::kContent;
    return true;
}

Result<void> MultipartReader::begin_part(std::string_view headers) {
    const auto disposition = header_value(headers, "Content-Disposition");
    wanted_ = disposition && disposition_parameter(*disposition, "name") == "file";
    if (!wanted_) return {};
    if (found_) return malformed("it has two parts called \"file\"");
    found_ = true;
    file_name_ = disposition_parameter(*disposition, "filename").value_or("");
    return {};
}

Result<bool> MultipartReader::read_content() {
    const std::size_t at = pending_.find(delimiter_);
    if (at == std::string::npos) {
        // The end of what is here may be the beginning of a delimiter.
        const std::size_t safe = pending_.size() < delimiter_.size() ? 0 : pending_.size() - delimiter_.size() + 1;
        if (Result<void> done = emit(safe); !done) return done.error();
        return false;
    }
    if (Result<void> done = emit(at); !done) return done.error();
    pending_.erase(0, delimiter_.size());
    state_ = State::kAfterDelimiter;
    return true;
}

Result<void> MultipartReader::emit(std::size_t count) {
    Result<void> done;
    if (wanted_ && count > 0) done = sink_(as_bytes(std::string_view(pending_).substr(0, count)));
    pending_.erase(0, count);
    return done;
}

}  // namespace smew::http
