#pragma once
// What is sent after a response's header, piece by piece: its text or its file. A file that was made for this response
// goes away with it, whether it arrived or not.

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "core/fd.hpp"
#include "http/message.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace smew::http {

class BodySource {
public:
    // Keeps a reference. Opens the file, when there is one; 58030 when it cannot.
    explicit BodySource(Response& response) : response_(response) {}
    ~BodySource();
    BodySource(const BodySource&) = delete;
    BodySource& operator=(const BodySource&) = delete;

    Result<void> open();
    std::uint64_t size() const { return size_; }
    bool is_file() const { return static_cast<bool>(file_); }

    // Replaces `piece` by the next one; false when a file became shorter than it was.
    bool next(std::string_view& piece);
    bool done() const { return sent_ == size_; }

private:
    Response& response_;
    UniqueFd file_;
    std::vector<char> buffer_;
    std::uint64_t size_ = 0, sent_ = 0;
};

}  // namespace smew::http
