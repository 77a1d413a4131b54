#pragma once
// Takes the part called "file" out of a multipart/form-data body that arrives in pieces (RFC 7578, RFC 2046 5.1).
// No I/O: feed() hands the part's content to a sink as it comes. Other parts are skipped.

#include "core/bytes.hpp"
#include "core/error.hpp"

#include <functional>
#include <string>

namespace smew::http {

class MultipartReader {
public:
    using Sink = std::function<Result<void>(ByteSpan)>;
    MultipartReader(std::string_view boundary, Sink sink);

    // 22023 when the body is malformed; the sink's error when that fails.
    Result<void> feed(ByteSpan piece);
    // 22023 when the body ended early or had no part "file".
    Result<void> finish() const;

    const std::string& file_name() const { return file_name_; }

private:
    enum class State { kPreamble, kAfterDelimiter, kHeaders, kContent, kEpilogue };
    Result<bool> step();  // false: more bytes are needed
    Result<bool> read_preamble();
    Result<bool> read_after_delimiter();
    Result<bool> read_headers();
    Result<bool> read_content();
    Result<void> begin_part(std::string_view headers);
    Result<void> emit(std::size_t count);

    std::string delimiter_;  // "\r\n--boundary"
    Sink sink_;
    State state_ = State::kPreamble;
    std::string pending_ = "\r\n";  // so that a delimiter at the very start is found like any other
    bool wanted_ = false;           // the part at hand is the file
    bool found_ = false;
    std::string file_name_;
};

}  // namespace smew::http
