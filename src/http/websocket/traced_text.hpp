#pragma once
// SQL with its caller's trace in a comment behind each of its statements, as the worker looks for it, and the way back
// for the positions of errors. Pure.

#include <string>
#include <string_view>
#include <vector>

namespace smew::http::websocket {

// `traceparent` (W3C): empty for none.
std::string with_trace(std::string_view statement, std::string_view traceparent);

class TracedText {
public:
    TracedText(std::string_view sql, std::string_view traceparent);

    const std::string& text() const { return text_; }
    std::string take() { return std::move(text_); }
    // Where in `sql` a character of text() stands; both count from 1.
    int position_before(int position) const;

private:
    std::string text_;
    int comment_characters_ = 0;
    std::vector<int> comments_;  // characters of `sql` in front of each; none when only the last statement has one
};

// Counted as PostgreSQL counts positions: code points of UTF-8.
int characters_in(std::string_view text);

}  // namespace smew::http::websocket
