#include "http/sql_text.hpp"

#include <algorithm>
#include <cctype>

namespace smew::http {
namespace {

Error wrong(std::string message) {
    return {sqlstate::kSyntaxError, std::move(message)};
}

std::string doubled(std::string_view text, char quote) {
    std::string out(1, quote);
    for (const char c : text) {
        if (c == quote) out += quote;
        out += c;
    }
    return out + quote;
}

bool word_character(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return std::isalnum(byte) || c == '_' || byte >= 0x80;
}

class ExpressionScan {
public:
    explicit ExpressionScan(std::string_view text) : text_(text) {}

    Result<void> run() {
        for (at_ = 0; at_ < text_.size(); ++at_) {
            if (Result<void> fine = one(text_[at_]); !fine) return fine;
        }
        if (!open_.empty()) return wrong(std::string("a \"") + open_.back() + "\" is not closed");
        return {};
    }

private:
    Result<void> one(char c) {
        switch (c) {
            case '\'':
            case '"':
                return quoted(c);
            case '(':
            case '[':
            case '{':
                open_ += c;
                return {};
            case ')':
                return close('(');
            case ']':
                return close('[');
            case '}':
                return close('{');
            case ';':
                return wrong("a condition must not hold a semicolon");
            case '$':
            case '?':
                return wrong("a condition must not hold parameters or dollar quotes");
            case '\0':
                return wrong("a condition must not hold a NUL character");
            case '-':
                return comment("--");
            case '/':
                return comment("/*");
            case '*':
                return comment("*/");
            default:
                return {};
        }
    }

    Result<void> comment(std::string_view mark) const {
        if (text_.substr(at_).starts_with(mark)) return wrong("a condition must not hold comments");
        return {};
    }

    Result<void> close(char opening) {
        if (open_.empty() || open_.back() != opening) return wrong("a closing bracket has no opening one");
        open_.pop_back();
        return {};
    }

    // In E'…' a backslash can escape the quote, also in the parts it goes on with after a line end; and 1E'…' is one
    // too. Nobody needs them in a condition, so they are not allowed to begin.
    bool escapes_at(std::size_t quote) const {
        std::size_t begin = quote;
        while (begin > 0 && word_character(text_[begin - 1])) --begin;
        const std::string_view word = text_.substr(begin, quote - begin);
        return word == "e" || word == "E" || (!word.empty() && std::isdigit(static_cast<unsigned char>(word.front())));
    }

    Result<void> quoted(char quote) {
        if (quote == '\'' && escapes_at(at_)) return wrong("a condition must not hold escape strings");
        for (++at_; at_ < text_.size(); ++at_) {
            if (text_[at_] == '\0') return wrong("a condition must not hold a NUL character");
            if (text_[at_] != quote) continue;
            const bool twice = at_ + 1 < text_.size() && text_[at_ + 1] == quote;
            if (!twice) return {};
            ++at_;
        }
        return wrong("a quote is not closed");
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string open_;
};

}  // namespace

std::string quote_identifier(std::string_view name) {
    return doubled(name, '"');
}
std::string quote_literal(std::string_view text) {
    return doubled(text, '\'');
}

Result<void> check_expression(std::string_view text) {
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return wrong("the condition is empty");
    return ExpressionScan(text).run();
}

Result<void> check_type(std::string_view text) {
    const auto allowed = [](unsigned char c) {
        return std::isalnum(c) || c >= 0x80 ||
               std::string_view("_ (),[].\"'").find(static_cast<char>(c)) != std::string_view::npos;
    };
    if (text.empty() || !std::isalpha(static_cast<unsigned char>(text.front())) ||
        !std::all_of(text.begin(), text.end(), allowed)) {
        return wrong("this is no name of a type");
    }
    return ExpressionScan(text).run();
}

}  // namespace smew::http
