#pragma once
// How one value of a result column becomes the bytes of a DataRow field, chosen once for each column.

#include "engine/types.hpp"
#include "pgproto/backend.hpp"
#include "pgsession/number_text.hpp"
#include "pgsession/time_zone.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace smew::pgsession {

// The session settings that change how values look.
struct ValueFormat {
    const TimeZone* zone = nullptr;
    int extra_float_digits = 1;
    bool bytea_escape = false;
};

// The output buffer while values are written into it: its size is pushed ahead of what is written, so that writing is
// plain stores. Pointers into it hold until the next reserve().
class RowSink {
public:
    // Every reservation leaves `margin` bytes more, which the row's fixed-size fields need.
    RowSink(pgproto::Buffer& buffer, std::size_t margin) : buffer_(buffer), margin_(margin), begin_(buffer.size()) {}

    Octet* begin() const { return buffer_.data() + begin_; }
    std::size_t offset(const Octet* at) const { return static_cast<std::size_t>(at - buffer_.data()); }
    Octet* at(std::size_t offset) const { return buffer_.data() + offset; }
    // Room for `count` bytes at `at`. Gives where `at` is now.
    Octet* reserve(Octet* at, std::size_t count) {
        const std::size_t needed = offset(at) + count + margin_;
        return needed <= buffer_.size() ? at : grow(at, needed);
    }
    // The buffer ends at `at` again.
    void finish(const Octet* at) { buffer_.resize(offset(at)); }

private:
    Octet* grow(Octet* at, std::size_t needed);

    pgproto::Buffer& buffer_;
    std::size_t margin_;
    std::size_t begin_;
};

// Writes the value at `out` and returns the end. A fixed-size encoder finds room for its bound; others reserve.
using EncodeValue = Octet* (*)(RowSink& sink, Octet* out, const engine::ColumnView& column, std::uint64_t row,
                               const ValueFormat& format);

struct ValueEncoder {
    EncodeValue encode = nullptr;  // nullptr: every value is NULL
    std::uint32_t bound = 0;       // the most bytes a value takes; 0: it reserves for itself
};

ValueEncoder text_encoder_for(const engine::Type& type);
ValueEncoder binary_encoder_for(const engine::Type& type);

// Nested values. Arrays as wire_type_of() tells, everything else as JSON.
Octet* encode_array_text(RowSink&, Octet*, const engine::ColumnView&, std::uint64_t, const ValueFormat&);
Octet* encode_array_binary(RowSink&, Octet*, const engine::ColumnView&, std::uint64_t, const ValueFormat&);
Octet* encode_json(RowSink&, Octet*, const engine::ColumnView&, std::uint64_t, const ValueFormat&);

// ---- what text and binary share
inline Octet* put_text(RowSink& sink, Octet* out, std::string_view text) {
    out = sink.reserve(out, text.size());
    std::memcpy(out, text.data(), text.size());
    return out + text.size();
}
std::string_view enum_value(const engine::ColumnView& column, std::uint64_t row);
// Time stamps of all resolutions in microseconds, infinities kept.
std::int64_t timestamp_micros(engine::TypeId id, std::int64_t value);
// A decimal's value, whatever integer it is stored in.
Int128 decimal_value(const engine::ColumnView& column, std::uint64_t row);

// numeric without a precision keeps the digits it is given; the engine has DECIMAL(38,10) for it, whose zeros at the
// end are nobody's.
bool is_bare_numeric(const engine::Type& type);
struct Decimal {
    Int128 value;
    unsigned scale;
};
Decimal without_trailing_zeros(Decimal decimal);

}  // namespace smew::pgsession
