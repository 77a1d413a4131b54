#pragma once
// One message while it is written: its length is filled in when the object ends. For this room's writers only.

#include "core/byte_io.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace smew::pgproto {

class OpenFrame {
public:
    OpenFrame(std::vector<std::uint8_t>& out, char type) : writer_(out) {
        writer_.u8(static_cast<std::uint8_t>(type));
        begin();
    }
    // A startup packet, which has no type.
    explicit OpenFrame(std::vector<std::uint8_t>& out) : writer_(out) { begin(); }
    OpenFrame(const OpenFrame&) = delete;
    OpenFrame& operator=(const OpenFrame&) = delete;
    ~OpenFrame() { writer_.patch_u32(length_at_, static_cast<std::uint32_t>(writer_.position() - length_at_)); }

    ByteWriter* operator->() { return &writer_; }

    // A zero byte inside would end the string early and turn its rest into other fields, so the text is cut there.
    void cut_cstring(std::string_view text) { writer_.cstring(text.substr(0, text.find('\0'))); }
    void count(std::size_t elements) { writer_.u16(static_cast<std::uint16_t>(elements)); }

private:
    void begin() {
        length_at_ = writer_.position();
        writer_.u32(0);
    }

    ByteWriter writer_;
    std::size_t length_at_ = 0;
};

}  // namespace smew::pgproto
