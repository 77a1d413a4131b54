#pragma once
// Big-endian writing and reading of byte sequences, as PostgreSQL's protocol and the gateway-worker link use them.

#include "core/bytes.hpp"

#include <bit>
#include <concepts>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smew {

template <std::unsigned_integral T>
constexpr T to_big_endian(T value) {
    static_assert(std::endian::native == std::endian::little);
    if constexpr (sizeof(T) == 1) return value;
    if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(value));
    if constexpr (sizeof(T) == 4) return static_cast<T>(__builtin_bswap32(value));
    if constexpr (sizeof(T) == 8) return static_cast<T>(__builtin_bswap64(value));
}

// Appends to a buffer it does not own. The buffer's capacity is kept across uses, so steady state allocates nothing.
class ByteWriter {
public:
    explicit ByteWriter(std::vector<std::uint8_t>& out) : out_(out) {}

    void u8(std::uint8_t value) { out_.push_back(value); }
    void u16(std::uint16_t value) { fixed(value); }
    void u32(std::uint32_t value) { fixed(value); }
    void u64(std::uint64_t value) { fixed(value); }
    void i16(std::int16_t value) { fixed(static_cast<std::uint16_t>(value)); }
    void i32(std::int32_t value) { fixed(static_cast<std::uint32_t>(value)); }
    void i64(std::int64_t value) { fixed(static_cast<std::uint64_t>(value)); }
    void f64(double value) { fixed(std::bit_cast<std::uint64_t>(value)); }
    void bytes(ByteSpan data) { out_.insert(out_.end(), data.begin(), data.end()); }
    void text(std::string_view data) { bytes(as_bytes(data)); }
    // Text and a terminating zero, as the PostgreSQL protocol writes strings. The text must not hold a zero itself.
    void cstring(std::string_view data) {
        text(data);
        u8(0);
    }
    // Text behind its length in four bytes, as the link writes strings.
    void sized(std::string_view data) {
        u32(static_cast<std::uint32_t>(data.size()));
        text(data);
    }

    std::size_t position() const { return out_.size(); }
    // Overwrites four bytes written earlier: a length that is known only now.
    void patch_u32(std::size_t position, std::uint32_t value) {
        const std::uint32_t big = to_big_endian(value);
        std::memcpy(out_.data() + position, &big, sizeof big);
    }

private:
    template <class T>
    void fixed(T value) {
        const T big = to_big_endian(value);
        const auto* raw = reinterpret_cast<const std::uint8_t*>(&big);
        out_.insert(out_.end(), raw, raw + sizeof big);
    }

    std::vector<std::uint8_t>& out_;
};

// Reads what it is given. Past the end every read gives zero or empty and ok() turns false for good, so that a parser
// reads all fields and checks once.
class ByteReader {
public:
    explicit ByteReader(ByteSpan data) : data_(data) {}

    std::uint8_t u8() { return fixed<std::uint8_t>(); }
    std::uint16_t u16() { return fixed<std::uint16_t>(); }
    std::uint32_t u32() { return fixed<std::uint32_t>(); }
    std::uint64_t u64() { return fixed<std::uint64_t>(); }
    std::int16_t i16() { return static_cast<std::int16_t>(u16()); }
    std::int32_t i32() { return static_cast<std::int32_t>(u32()); }
    std::int64_t i64() { return static_cast<std::int64_t>(u64()); }
    double f64() { return std::bit_cast<double>(u64()); }

    ByteSpan bytes(std::size_t count) {
        if (count > data_.size()) return fail();
        const ByteSpan taken = data_.first(count);
        data_ = data_.subspan(count);
        return taken;
    }
    std::string_view text(std::size_t count) { return as_text(bytes(count)); }
    std::string_view cstring() {
        const void* zero = data_.empty() ? nullptr : std::memchr(data_.data(), 0, data_.size());
        if (zero == nullptr) return as_text(fail());
        const auto length = static_cast<std::size_t>(static_cast<const std::uint8_t*>(zero) - data_.data());
        const std::string_view found = text(length);
        data_ = data_.subspan(1);
        return found;
    }
    std::string_view sized() { return text(u32()); }
    ByteSpan rest() { return bytes(data_.size()); }

    bool ok() const { return ok_; }
    std::size_t remaining() const { return data_.size(); }
    // True when everything was read and nothing was missing: how a message must end.
    bool complete() const { return ok_ && data_.empty(); }

private:
    ByteSpan fail() {
        ok_ = false;
        data_ = {};
        return {};
    }
    template <class T>
    T fixed() {
        const ByteSpan raw = bytes(sizeof(T));
        T value{};
        if (raw.size() == sizeof(T)) std::memcpy(&value, raw.data(), sizeof(T));
        return to_big_endian(value);
    }

    ByteSpan data_;
    bool ok_ = true;
};

}  // namespace smew
