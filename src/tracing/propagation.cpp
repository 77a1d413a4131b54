#include "tracing/propagation.hpp"

#include <algorithm>
#include <cctype>

namespace smew::tracing {
namespace {

constexpr std::string_view kVendor = "sentry-";
constexpr std::size_t kMaxBaggage = 8192;  // of the W3C recommendation
constexpr std::size_t kParentSize = 55;    // 00-{32}-{16}-{2}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '%' && i + 2 < text.size();
        const int high = escape ? hex_digit(text[i + 1]) : -1, low = escape ? hex_digit(text[i + 2]) : -1;
        if (high >= 0 && low >= 0) {
            out += static_cast<char>(high << 4 | low);
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.' || c == '~' || c == '@' || c == '/') {
            out += c;
        } else {
            out += '%';
            out += kDigits[byte >> 4];
            out += kDigits[byte & 15];
        }
    }
    return out;
}

std::optional<Continuation> parsed_traceparent(std::string_view text) {
    // Versions after 00 may append; ff is forbidden.
    if (text.size() < kParentSize || text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
    const int high = hex_digit(text[0]), low = hex_digit(text[1]);
    if (high < 0 || low < 0 || (high == 15 && low == 15)) return std::nullopt;
    const bool current = high == 0 && low == 0;
    if (current ? text.size() != kParentSize : text.size() > kParentSize && text[kParentSize] != '-') {
        return std::nullopt;
    }
    const auto trace = parse_trace_id(text.substr(3, 32));
    const auto span = parse_span_id(text.substr(36, 16));
    const int flags = hex_digit(text[54]);
    if (!trace || !span || hex_digit(text[53]) < 0 || flags < 0) return std::nullopt;
    return Continuation{.trace = *trace, .parent = *span, .sampled = (flags & 1) != 0};
}

std::optional<Continuation> parsed_sentry_trace(std::string_view text) {
    if (text.size() != 49 && text.size() != 51) return std::nullopt;
    const auto trace = parse_trace_id(text.substr(0, 32));
    const auto span = parse_span_id(text.substr(33, 16));
    if (!trace || !span || text[32] != '-') return std::nullopt;
    Continuation found{.trace = *trace, .parent = *span};
    if (text.size() == 51) {
        if (text[49] != '-' || (text[50] != '0' && text[50] != '1')) return std::nullopt;
        found.sampled = text[50] == '1';
    }
    return found;
}

void read_baggage(std::string_view text, Continuation& into) {
    if (text.size() > kMaxBaggage) return;
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        const std::string_view member = trimmed(text.substr(0, comma));
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
        const std::size_t equals = member.find('=');
        if (equals == std::string_view::npos) continue;
        if (!member.starts_with(kVendor)) {
            into.other_baggage += (into.other_baggage.empty() ? "" : ",") + std::string(member);
            continue;
        }
        const std::string_view value = trimmed(member.substr(equals + 1));
        into.sampling_context.emplace_back(trimmed(member.substr(kVendor.size(), equals - kVendor.size())),
                                           percent_decoded(value.substr(0, value.find(';'))));
    }
}

}  // namespace

std::optional<Continuation> continuation_of(const TraceHeaders& headers) {
    auto found = parsed_sentry_trace(trimmed(headers.sentry_trace));
    if (!found) found = parsed_traceparent(trimmed(headers.traceparent));
    if (!found) return std::nullopt;
    read_baggage(headers.baggage, *found);
    // A context of another trace is none of this one's.
    if (find_pair(found->sampling_context, "trace_id") != found->trace.hex()) found->sampling_context.clear();
    return found;
}

std::string traceparent_text(const TraceId& trace, const SpanId& span, bool sampled) {
    return "00-" + trace.hex() + "-" + span.hex() + (sampled ? "-01" : "-00");
}

std::string sentry_trace_text(const TraceId& trace, const SpanId& span, std::optional<bool> sampled) {
    std::string text = trace.hex() + "-" + span.hex();
    if (sampled) text += *sampled ? "-1" : "-0";
    return text;
}

std::string baggage_text(const Pairs& sampling_context, std::string_view other) {
    std::string text;
    for (const auto& [name, value] : sampling_context) {
        text += (text.empty() ? "" : ",") + std::string(kVendor) + name + "=" + percent_encoded(value);
    }
    if (!other.empty()) text += (text.empty() ? "" : ",") + std::string(other);
    return text;
}

std::string_view find_pair(const Pairs& pairs, std::string_view name) {
    const auto found = std::ranges::find(pairs, name, [](const auto& pair) { return std::string_view(pair.first); });
    return found == pairs.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace smew::tracing
