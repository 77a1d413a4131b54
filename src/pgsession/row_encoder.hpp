#pragma once
// DataRow messages out of chunks. The encoders are chosen when it is made, one for each column.

#include "engine/engine.hpp"
#include "pgsession/value_encoder.hpp"

#include <span>
#include <vector>

namespace smew::pgsession {

class RowEncoder {
public:
    // `formats`: one for each column. What `format` points at outlives the encoder.
    RowEncoder(const std::vector<engine::ResultColumn>& columns, std::span<const pgproto::Format> formats,
               const ValueFormat& format);

    // Appends rows [first, last) of the chunk until `out` holds `stop_at` bytes, and tells the first row that was not
    // written. Error 54000 for a row larger than a message can be.
    Result<std::uint64_t> encode(const engine::Chunk& chunk, std::uint64_t first, std::uint64_t last,
                                 pgproto::Buffer& out, std::size_t stop_at) const;

private:
    Octet* encode_row(RowSink& sink, Octet* out, const engine::Chunk& chunk, std::uint64_t row) const;

    std::vector<ValueEncoder> encoders_;
    ValueFormat format_;
    std::size_t row_bound_;  // of a row's fixed-size parts
};

}  // namespace smew::pgsession
