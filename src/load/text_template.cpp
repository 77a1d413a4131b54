#include "load/text_template.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace smew::load {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014): the next of a series of well mixed numbers.
std::uint64_t mixed(std::uint64_t& state) {
    std::uint64_t z = (state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

bool read_number(std::string_view text, std::int64_t& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

bool TextTemplate::read_place(std::string_view inside, Part& part) {
    constexpr std::array<std::pair<std::string_view, Place>, 4> kPlain{
        {{"number", Place::kNumber}, {"user", Place::kUser}, {"id", Place::kId}, {"seed", Place::kSeed}}};
    for (const auto& [name, place] : kPlain) {
        if (inside == name) part.place = place;
    }
    if (inside.starts_with("text:") && read_number(inside.substr(5), part.high) && part.high >= 0 &&
        part.high <= 1 << 20) {
        part.place = Place::kText;
    }
    if (inside.starts_with("int:")) {
        const std::string_view range = inside.substr(4);
        const std::size_t colon = range.find(':');
        const bool read = colon != std::string_view::npos && read_number(range.substr(0, colon), part.low) &&
                          read_number(range.substr(colon + 1), part.high) && part.low <= part.high;
        if (read) part.place = Place::kInt;
    }
    return part.place != Place::kNone;
}

TextTemplate::TextTemplate(std::string_view text) {
    Part part;
    while (!text.empty()) {
        const std::size_t open = text.find('{'), close = text.find('}', open);
        if (open == std::string_view::npos || close == std::string_view::npos) break;
        part.before += text.substr(0, open);
        if (read_place(text.substr(open + 1, close - open - 1), part)) {
            parts_.push_back(std::exchange(part, {}));
            text.remove_prefix(close + 1);
        } else {
            part.before += '{';
            text.remove_prefix(open + 1);
        }
    }
    part.before += text;
    parts_.push_back(std::move(part));
}

std::string TextTemplate::value(const Part& part, const Facts& facts, std::uint64_t random) {
    switch (part.place) {
        case Place::kNone:
            return "";
        case Place::kInt:
            return std::to_string(
                part.low + static_cast<std::int64_t>(random % static_cast<std::uint64_t>(part.high - part.low + 1)));
        case Place::kNumber:
            return std::to_string(facts.number);
        case Place::kUser:
            return std::to_string(facts.user);
        case Place::kSeed:
            return std::to_string(facts.seed);
        case Place::kId:
            return facts.id;
        case Place::kText: {
            std::string text;
            for (std::int64_t i = 0; i < part.high; ++i) text += static_cast<char>('a' + mixed(random) % 26);
            return text;
        }
    }
    return "";
}

std::string TextTemplate::filled(const Facts& facts) const {
    std::string out;
    std::uint64_t state = facts.random;
    for (const Part& part : parts_) {
        out += part.before;
        if (part.place != Place::kNone) out += value(part, facts, mixed(state));
    }
    return out;
}

std::string TextTemplate::with_parameters() const {
    std::string out;
    int count = 0;
    bool quoted = false;  // '{text:8}': a parameter needs no quotes
    for (const Part& part : parts_) {
        out += quoted ? part.before.substr(1) : part.before;
        quoted = part.place != Place::kNone && out.ends_with('\'') && (&part + 1)->before.starts_with('\'');
        if (quoted) out.pop_back();
        if (part.place != Place::kNone) out += "$" + std::to_string(++count);
    }
    return out;
}

std::vector<std::string> TextTemplate::parameters(const Facts& facts) const {
    std::vector<std::string> values;
    std::uint64_t state = facts.random;
    for (const Part& part : parts_) {
        if (part.place != Place::kNone) values.push_back(value(part, facts, mixed(state)));
    }
    return values;
}

}  // namespace smew::load
