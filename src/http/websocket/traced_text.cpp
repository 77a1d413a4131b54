#include "http/websocket/traced_text.hpp"

#include "sql/lexer.hpp"

#include <algorithm>

namespace smew::http::websocket {
namespace {

// So many of one text are traced each for itself; a transaction shows no more.
constexpr std::size_t kMostTraced = 1000;

// On a line of its own: the statement may end in a comment that takes the rest of its line.
std::string comment_of(std::string_view traceparent) {
    return std::string("\n/*traceparent='").append(traceparent).append("'*/");
}

}  // namespace

std::string with_trace(std::string_view statement, std::string_view traceparent) {
    std::string text(statement);
    return traceparent.empty() ? text : text.append(comment_of(traceparent));
}

TracedText::TracedText(std::string_view sql, std::string_view traceparent) {
    const auto statements = traceparent.empty() ? std::vector<std::string_view>() : sql::split_statements(sql);
    if (statements.size() < 2 || statements.size() > kMostTraced) {
        text_ = with_trace(sql, traceparent);
        return;
    }
    const std::string comment = comment_of(traceparent);
    comment_characters_ = static_cast<int>(comment.size());
    std::size_t copied = 0;
    int characters = 0;
    for (const std::string_view statement : statements) {
        const auto end = static_cast<std::size_t>(statement.data() - sql.data()) + statement.size();
        const std::string_view part = sql.substr(copied, end - copied);
        characters += characters_in(part);
        comments_.push_back(characters);
        text_.append(part).append(comment);
        copied = end;
    }
    text_.append(sql.substr(copied));
}

int TracedText::position_before(int position) const {
    int before = 0;  // characters of comments in front of it
    for (const int at : comments_) {
        if (position <= at + before) break;
        before += comment_characters_;
    }
    return position - before;
}

int characters_in(std::string_view text) {
    return static_cast<int>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace smew::http::websocket
