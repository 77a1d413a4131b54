#include "http/websocket/server_message.hpp"

#include "telemetry/json_text.hpp"

#include <algorithm>

namespace smew::http::websocket {
namespace {

bool is_plain(char c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

// An object under construction; closed by take().
class Object {
public:
    explicit Object(std::string_view type) : text_("{\"type\":\"") { text_.append(type).push_back('"'); }

    Object& text(std::string_view name, std::string_view value) {
        append_text(key(name), value);
        return *this;
    }
    Object& text_if_any(std::string_view name, std::string_view value) {
        return value.empty() ? *this : text(name, value);
    }
    Object& raw(std::string_view name, std::string_view value) {
        key(name).append(value);
        return *this;
    }
    Object& id(std::string_view id) { return id.empty() ? *this : raw("id", id); }
    Object& number(std::string_view name, std::int64_t value) { return raw(name, std::to_string(value)); }
    Object& time(std::string_view name, const std::optional<WallTime>& value) {
        return value ? text(name, to_iso8601(*value)) : raw(name, "null");
    }
    Object& error(const Error& error) {
        text("sqlstate", error.code.text()).text("message", error.message);
        text_if_any("detail", error.detail).text_if_any("hint", error.hint).text_if_any("context", error.context);
        return error.position > 0 ? number("position", error.position) : *this;
    }
    std::string take() {
        text_.push_back('}');
        return std::move(text_);
    }

private:
    std::string& key(std::string_view name) { return text_.append(",\"").append(name).append("\":"); }

    std::string text_;
};

std::string_view to_text(pgproto::TransactionStatus status) {
    switch (status) {
        case pgproto::TransactionStatus::kIdle:
            return "idle";
        case pgproto::TransactionStatus::kInTransaction:
            return "in_transaction";
        case pgproto::TransactionStatus::kFailed:
            return "failed";
    }
    return "idle";
}

std::string results_json(const std::vector<StatementResult>& results) {
    std::string list = "[";
    for (const StatementResult& result : results) {
        if (list.size() > 1) list.push_back(',');
        append_text(list.append("{\"tag\":"), result.tag);
        list.append(",\"rows\":").append(std::to_string(result.rows));
        if (result.result) list.append(",\"result\":").append(std::to_string(*result.result));
        list.append(result.more ? ",\"more\":true}" : "}");
    }
    return list.append("]");
}

std::string milliseconds_text(std::chrono::microseconds taken) {
    std::string milliseconds = std::to_string(taken.count() / 1000) + ".";
    const std::string rest = std::to_string(taken.count() % 1000);
    return milliseconds.append(3 - rest.size(), '0').append(rest);
}

void add(Object& object, const Completion& completion) {
    object.raw("results", results_json(completion.results))
        .text("transaction", to_text(completion.transaction))
        .raw("duration_ms", milliseconds_text(completion.taken))
        .text_if_any("traceparent", completion.trace);
}

}  // namespace

void append_text(std::string& out, std::string_view text) {
    if (!std::all_of(text.begin(), text.end(), is_plain)) return telemetry::append_json_string(out, text);
    out.push_back('"');
    out.append(text).push_back('"');
}

std::string ready_message(const Welcome& welcome) {
    return Object("ready")
        .text("session_id", welcome.session)
        .text("workspace_id", welcome.workspace)
        .text("database", welcome.database)
        .text("user", welcome.user)
        .text("server_version", welcome.version)
        .time("expires_at", welcome.expires_at)
        .raw("read_only", welcome.reads_only ? "true" : "false")
        .take();
}

std::string complete_message(std::string_view id, const Completion& completion) {
    Object object("complete");
    object.id(id);
    add(object, completion);
    return object.take();
}

std::string error_message(std::string_view id, const Error& error) {
    return Object("error").id(id).error(error).take();
}

std::string error_message(std::string_view id, const Error& error, const Completion& completion) {
    Object object("error");
    object.id(id).error(error);
    add(object, completion);
    return object.take();
}

std::string notice_message(std::string_view id, std::string_view severity, const Error& notice) {
    return Object("notice").id(id).text("severity", severity).error(notice).take();
}

std::string notification_message(const pgproto::Notification& notification) {
    return Object("notification")
        .text("channel", notification.channel)
        .text("payload", notification.payload)
        .number("pid", notification.pid)
        .take();
}

std::string pong_message(std::string_view id, WallTime now, std::chrono::microseconds round_trip) {
    Object object("pong");
    object.id(id).text("server_time", to_iso8601(now));
    if (round_trip.count() > 0) object.raw("round_trip_ms", milliseconds_text(round_trip));
    return object.take();
}

std::string session_message(const SessionEvent& event) {
    Object object("session");
    object.text("event", event.event);
    if (event.error) object.error(*event.error);
    if (event.expires_at) object.time("expires_at", event.expires_at);
    return object.take();
}

std::string reply_message(std::string_view id, const Answer& answer) {
    Object object("reply");
    object.id(id)
        .text("conversation_id", answer.conversation)
        .number("message_id", answer.message)
        .text("content", answer.content)
        .text_if_any("sql", answer.sql)
        .text_if_any("model", answer.model);
    if (answer.needs_confirmation) object.raw("needs_confirmation", "true");
    if (answer.completion) add(object, *answer.completion);
    return object.text_if_any("traceparent", answer.trace).take();
}

std::string talk_error_message(std::string_view id, const Error& error, const Answer& answer) {
    return Object("error")
        .id(id)
        .error(error)
        .text("conversation_id", answer.conversation)
        .number("message_id", answer.message)
        .text_if_any("traceparent", answer.trace)
        .take();
}

}  // namespace smew::http::websocket
