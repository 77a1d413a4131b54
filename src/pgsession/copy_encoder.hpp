#pragma once
// Rows as COPY TO sends them, one CopyData message a row as PostgreSQL does: clients count on it.

#include "engine/engine.hpp"
#include "pgsession/copy_format.hpp"
#include "pgsession/value_encoder.hpp"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace smew::pgsession {

class CopyEncoder {
public:
    virtual ~CopyEncoder() = default;
    virtual void begin(pgproto::Buffer& out) = 0;
    // Appends rows [first, last), but stops early once `out` holds `stop_at` bytes. Gives the first row not written.
    virtual Result<std::uint64_t> encode(const engine::Chunk& chunk, std::uint64_t first, std::uint64_t last,
                                         pgproto::Buffer& out, std::size_t stop_at) = 0;
    virtual void end(pgproto::Buffer& out) = 0;
};

std::unique_ptr<CopyEncoder> copy_encoder_for(const CopyFormat& format,
                                              const std::vector<engine::ResultColumn>& columns,
                                              const ValueFormat& values);

}  // namespace smew::pgsession
