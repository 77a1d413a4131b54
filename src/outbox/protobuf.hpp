#pragma once
// Protocol Buffers, as far as writing needs them: a field is a key and a value, and a message inside another is bytes.
// Source: protobuf.dev, "Encoding".

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace smew::outbox {

class Message {
public:
    void number(std::uint32_t field, std::uint64_t value) {
        key(field, 0);
        varint(value);
    }
    void fixed64(std::uint32_t field, std::uint64_t value) {
        key(field, 1);
        for (int shift = 0; shift < 64; shift += 8) bytes_ += static_cast<char>(value >> shift & 0xff);
    }
    void real(std::uint32_t field, double value) { fixed64(field, std::bit_cast<std::uint64_t>(value)); }
    void text(std::uint32_t field, std::string_view value) {
        key(field, 2);
        varint(value.size());
        bytes_ += value;
    }
    void message(std::uint32_t field, const Message& value) { text(field, value.bytes_); }

    const std::string& bytes() const { return bytes_; }

private:
    void key(std::uint32_t field, std::uint32_t type) { varint(field << 3 | type); }
    void varint(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
        bytes_ += static_cast<char>(value);
    }

    std::string bytes_;
};

}  // namespace smew::outbox
