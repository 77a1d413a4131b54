#include "engine/dialect_sequence_options.hpp"

#include "engine/dialect_token_list.hpp"
#include "engine/errors.hpp"

#include <charconv>

namespace smew::engine {
namespace {

// The number at token `at`, which moves behind it.
std::int64_t number(const TokenList& list, std::size_t& at) {
    const bool negative = list.symbol(at, '-');
    if (negative || list.symbol(at, '+')) ++at;
    const std::string text = (negative ? "-" : "") + std::string(list[at].text);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        throw_through_duckdb({sqlstate::kSyntaxError, "syntax error at or near \"" + text + "\""});
    ++at;
    return value;
}

}  // namespace

void read_sequence_options(const std::string& options, duckdb::CreateSequenceInfo& sequence) {
    const TokenList list(options);
    bool started = false;
    for (std::size_t at = 0; list[at].kind != sql::TokenKind::kEnd;) {
        const std::size_t option = at++;
        const bool filler = list.word(at, "with") || list.word(at, "by");
        if (list.word(option, "start") || list.word(option, "increment")) {
            if (filler) ++at;
            started = started || list.word(option, "start");
            (list.word(option, "start") ? sequence.start_value : sequence.increment) = number(list, at);
        } else if (list.word(option, "minvalue")) {
            sequence.min_value = number(list, at);
        } else if (list.word(option, "maxvalue")) {
            sequence.max_value = number(list, at);
        } else if (list.word(option, "cache")) {
            number(list, at);
        } else if (list.word(option, "cycle")) {
            sequence.cycle = true;
        } else if (list.word(option, "no")) {
            ++at;
        } else {
            throw_through_duckdb(
                {sqlstate::kSyntaxError, "syntax error at or near \"" + std::string(list[option].text) + "\""});
        }
    }
    if (!started && sequence.increment > 0) sequence.start_value = sequence.min_value;
}

}  // namespace smew::engine
