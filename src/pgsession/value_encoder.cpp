#include "pgsession/value_encoder.hpp"

#include "pgsession/calendar.hpp"

#include <algorithm>
#include <limits>

namespace smew::pgsession {

using engine::ColumnView;
using engine::TypeId;

Octet* RowSink::grow(Octet* at, std::size_t needed) {
    const std::size_t position = offset(at);
    buffer_.resize(std::max(needed, std::min(buffer_.capacity(), needed + 4'096)));
    return buffer_.data() + position;
}

std::string_view enum_value(const ColumnView& column, std::uint64_t row) {
    const auto& values = column.type->enum_values;
    std::size_t index = 0;
    if (values.size() <= 255) {
        index = column.at<std::uint8_t>(row);
    } else if (values.size() <= 65'535) {
        index = column.at<std::uint16_t>(row);
    } else {
        index = column.at<std::uint32_t>(row);
    }
    return index < values.size() ? std::string_view(values[index]) : std::string_view();
}

std::int64_t timestamp_micros(TypeId id, std::int64_t value) {
    constexpr std::int64_t kInfinity = std::numeric_limits<std::int64_t>::max();
    if (value == kInfinity || value == -kInfinity) return value;
    switch (id) {
        case TypeId::kTimestampSec:
            return value * 1'000'000;
        case TypeId::kTimestampMs:
            return value * 1'000;
        case TypeId::kTimestampNs:
            return floor_divide(value, 1'000);
        default:
            return value;
    }
}

Int128 decimal_value(const ColumnView& column, std::uint64_t row) {
    const std::uint8_t width = column.type->width;
    if (width <= 4) return column.at<std::int16_t>(row);
    if (width <= 9) return column.at<std::int32_t>(row);
    if (width <= 18) return column.at<std::int64_t>(row);
    return to_int128(column.at<engine::HugeInt>(row));
}

bool is_bare_numeric(const engine::Type& type) {
    return type.id == TypeId::kDecimal && type.width == 38 && type.scale == 10;
}

Decimal without_trailing_zeros(Decimal decimal) {
    while (decimal.scale > 0 && decimal.value % 10 == 0) {
        decimal.value /= 10;
        --decimal.scale;
    }
    return decimal;
}

}  // namespace smew::pgsession
