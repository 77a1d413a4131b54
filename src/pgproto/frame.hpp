#pragma once
// Framing of the PostgreSQL protocol, version 3. No I/O: bytes in, frames out.
// Source: PostgreSQL 15 documentation, chapter 55.7 "Message Formats".

#include "core/bytes.hpp"
#include "core/error.hpp"

#include <cstdint>

namespace smew::pgproto {

enum class FrameState : std::uint8_t {
    kNeedMore,   // nothing taken: call again with more bytes
    kFrame,      // one frame was taken from the front of the input
    kMalformed,  // a length below 4, or above the limit: answer 08P01 and close
};

struct Frame {
    FrameState state = FrameState::kNeedMore;
    char type = 0;                 // 'Q', 'P', …; 0 in a startup packet
    ByteSpan body;                 // without type and length; points into the input
    std::uint64_t need_bytes = 0;  // with kNeedMore: the whole frame's size if its header is known, else 0
};

// Takes one typed message from the front of `input`, which shrinks by what was taken. `max_bytes` bounds the whole
// frame.
Frame take_frame(ByteSpan& input, std::uint64_t max_bytes);

// The same for a startup packet, which has a length and no type. 10,000 bytes at most, as in PostgreSQL.
Frame take_startup_frame(ByteSpan& input);

}  // namespace smew::pgproto
