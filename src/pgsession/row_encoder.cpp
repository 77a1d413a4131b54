#include "pgsession/row_encoder.hpp"

#include "core/byte_io.hpp"

#include <algorithm>

namespace smew::pgsession {
namespace {

constexpr std::size_t kRowHeaderBytes = 7;              // type, length, number of columns
constexpr std::size_t kMaxMessageBytes = 0x3FFF'FFFFU;  // as PostgreSQL's MaxAllocSize

Octet* put_u32(Octet* out, std::uint32_t value) {
    const std::uint32_t big = to_big_endian(value);
    std::memcpy(out, &big, sizeof big);
    return out + sizeof big;
}

}  // namespace

RowEncoder::RowEncoder(const std::vector<engine::ResultColumn>& columns, std::span<const pgproto::Format> formats,
                       const ValueFormat& format)
    : format_(format), row_bound_(kRowHeaderBytes) {
    encoders_.reserve(columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const bool binary = formats[i] == pgproto::Format::kBinary;
        encoders_.push_back(binary ? binary_encoder_for(columns[i].type) : text_encoder_for(columns[i].type));
        row_bound_ += 4 + encoders_.back().bound;
    }
}

Result<std::uint64_t> RowEncoder::encode(const engine::Chunk& chunk, std::uint64_t first, std::uint64_t last,
                                         pgproto::Buffer& out, std::size_t stop_at) const {
    RowSink sink(out, row_bound_);
    // Ahead of the rows at once, so that most rows find their room without looking.
    const std::size_t room = stop_at > out.size() ? stop_at - out.size() : 0;
    Octet* at = sink.reserve(sink.begin(), std::min<std::size_t>(room, (last - first) * row_bound_));
    std::uint64_t row = first;
    while (row < last && sink.offset(at) < stop_at) {
        at = sink.reserve(at, 0);
        const std::size_t start = sink.offset(at);
        at = encode_row(sink, at, chunk, row++);
        const std::size_t length = sink.offset(at) - start;
        if (length > kMaxMessageBytes) {
            sink.finish(sink.at(start));
            return Error{sqlstate::kProgramLimitExceeded, "a row of the result is larger than 1 GB", "",
                         "Select fewer or shorter values."};
        }
        put_u32(sink.at(start + 1), static_cast<std::uint32_t>(length - 1));
    }
    sink.finish(at);
    return row;
}

Octet* RowEncoder::encode_row(RowSink& sink, Octet* out, const engine::Chunk& chunk, std::uint64_t row) const {
    const std::size_t columns = encoders_.size();
    *out = 'D';
    out[5] = static_cast<Octet>(columns >> 8);
    out[6] = static_cast<Octet>(columns & 0xFFU);
    out += kRowHeaderBytes;
    for (std::size_t i = 0; i < columns; ++i) {
        const engine::ColumnView& column = chunk.columns[i];
        const ValueEncoder& encoder = encoders_[i];
        if (encoder.encode == nullptr || !column.valid(row)) {
            out = put_u32(out, 0xFFFF'FFFFU);
            continue;
        }
        if (encoder.bound != 0) {
            Octet* const length = out;
            out = encoder.encode(sink, out + 4, column, row, format_);
            put_u32(length, static_cast<std::uint32_t>(out - length - 4));
            continue;
        }
        const std::size_t start = sink.offset(out);
        out = encoder.encode(sink, out + 4, column, row, format_);
        put_u32(sink.at(start), static_cast<std::uint32_t>(sink.offset(out) - start - 4));
    }
    return out;
}

}  // namespace smew::pgsession
