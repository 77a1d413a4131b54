#pragma once
// Identifiers of traces and spans, as W3C Trace Context and Sentry have them: random bytes, shown as hexadecimal
// digits.

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace smew::tracing {

template <class Tag, std::size_t Size>
struct RandomId {
    std::array<std::uint8_t, Size> bytes{};  // all zero: none

    bool valid() const { return bytes != decltype(bytes){}; }
    friend auto operator<=>(const RandomId&, const RandomId&) = default;

    std::string hex() const {
        constexpr std::string_view kDigits = "0123456789abcdef";
        std::string text(Size * 2, '0');
        for (std::size_t i = 0; i < Size; ++i) {
            text[2 * i] = kDigits[bytes[i] >> 4];
            text[2 * i + 1] = kDigits[bytes[i] & 15];
        }
        return text;
    }
};

using TraceId = RandomId<struct TraceIdTag, 16>;
using SpanId = RandomId<struct SpanIdTag, 8>;

// Fast and unpredictable enough to be unique; no secrets. Any thread.
TraceId new_trace_id();
SpanId new_span_id();

// Exactly 32 or 16 hexadecimal digits, in any case, not all zero.
std::optional<TraceId> parse_trace_id(std::string_view text);
std::optional<SpanId> parse_span_id(std::string_view text);

// Uniform in [0, 1) with six decimals, the same for all who see the trace.
double sample_rand_of(const TraceId& trace);

}  // namespace smew::tracing
