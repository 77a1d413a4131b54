#include "tracing/ids.hpp"

#include "core/random.hpp"

#include <algorithm>
#include <cmath>
#include <random>

namespace smew::tracing {
namespace {

// One generator a thread: a system call for every span would cost more than the rest of it.
std::uint64_t random_word() {
    thread_local std::mt19937_64 generator = [] {
        std::array<std::uint8_t, 32> seed{};
        fill_random(seed);
        std::seed_seq sequence(seed.begin(), seed.end());
        return std::mt19937_64(sequence);
    }();
    return generator();
}

template <class Id>
Id random_id() {
    Id id;
    do {
        for (std::size_t i = 0; i < id.bytes.size(); i += 8) {
            const std::uint64_t word = random_word();
            for (std::size_t j = 0; j < 8; ++j) id.bytes[i + j] = static_cast<std::uint8_t>(word >> (8 * j));
        }
    } while (!id.valid());
    return id;
}

int digit_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

template <class Id>
std::optional<Id> parse_id(std::string_view text) {
    Id id;
    if (text.size() != id.bytes.size() * 2) return std::nullopt;
    for (std::size_t i = 0; i < id.bytes.size(); ++i) {
        const int high = digit_value(text[2 * i]), low = digit_value(text[2 * i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        id.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return id.valid() ? std::optional(id) : std::nullopt;
}

}  // namespace

TraceId new_trace_id() {
    return random_id<TraceId>();
}
SpanId new_span_id() {
    return random_id<SpanId>();
}
std::optional<TraceId> parse_trace_id(std::string_view text) {
    return parse_id<TraceId>(text);
}
std::optional<SpanId> parse_span_id(std::string_view text) {
    return parse_id<SpanId>(text);
}

double sample_rand_of(const TraceId& trace) {
    // The last 56 bits: those W3C Trace Context asks to be random.
    std::uint64_t bits = 0;
    for (std::size_t i = 9; i < 16; ++i) bits = bits << 8 | trace.bytes[i];
    return std::floor(static_cast<double>(bits) / static_cast<double>(1ULL << 56) * 1e6) / 1e6;
}

}  // namespace smew::tracing
