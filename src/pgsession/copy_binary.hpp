#pragma once
// COPY's binary format: tuples out of bytes that arrive in pieces.
// Source: PostgreSQL 15 documentation, "COPY", Binary Format; src/backend/commands/copyfromparse.c for its errors.

#include "core/bytes.hpp"
#include "core/error.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace smew::pgsession {

// Signature, flags and the length of the extension: none.
inline constexpr std::string_view kCopySignature{"PGCOPY\n\377\r\n\0", 11};
inline constexpr std::size_t kCopyHeaderBytes = kCopySignature.size() + 8;

class BinaryCopyReader {
public:
    explicit BinaryCopyReader(std::size_t columns) : columns_(columns) {}

    void feed(ByteSpan bytes);
    void finish() { finished_ = true; }
    // Reads the next tuple. False when it has not come whole, or there is none. Error 22P04 for what is malformed,
    // 54000 for a tuple that is too long.
    Result<bool> next();
    // Of the last tuple, one for each column; nullopt is NULL. Good until the next feed().
    const std::vector<std::optional<ByteSpan>>& fields() const { return fields_; }
    // The last tuple's number, from 1 on.
    std::uint64_t tuple() const { return tuples_; }

private:
    Result<bool> read_header();
    Result<bool> read_tuple();
    Result<bool> wait_or(Error error) const;
    ByteSpan rest() const { return ByteSpan(pending_).subspan(begin_); }

    const std::size_t columns_;
    std::vector<std::uint8_t> pending_;
    std::size_t begin_ = 0;
    bool finished_ = false, header_read_ = false, ended_ = false;
    std::vector<std::optional<ByteSpan>> fields_;
    std::uint64_t tuples_ = 0;
};

}  // namespace smew::pgsession
