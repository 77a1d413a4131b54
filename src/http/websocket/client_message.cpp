#include "http/websocket/client_message.hpp"

#include "tracing/propagation.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace smew::http::websocket {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDepth = 32;
constexpr std::size_t kMaxIdBytes = 128;
constexpr std::size_t kMaxNameBytes = 256;
constexpr std::size_t kTraceparentBytes = 55;
constexpr std::size_t kMaxBaggageBytes = 8192;  // as W3C's recommendation has it
constexpr std::int64_t kMaxRows = INT32_MAX;    // as the protocol has it
constexpr std::size_t kMaxParameters = 65535;   // as the protocol's 16 bits have it

[[noreturn]] void refuse(Sqlstate code, std::string message, std::string hint = {}) {
    throw ErrorException({.code = code, .message = std::move(message), .hint = std::move(hint)});
}

json::object parse_object(std::string_view text) {
    boost::system::error_code failed;
    json::parse_options options;
    options.max_depth = kMaxDepth;
    json::value value = json::parse(text, failed, {}, options);
    if (failed) refuse(sqlstate::kProtocolViolation, "the message is not valid JSON: " + failed.message());
    if (!value.is_object()) refuse(sqlstate::kProtocolViolation, "the message is no JSON object");
    return std::move(value.get_object());
}

// The fields of one message, each taken once; what is left at the end was not known.
class Fields {
public:
    explicit Fields(json::object object) : object_(std::move(object)) {}

    const json::value* find(std::string_view name) {
        taken_.push_back(name);
        const json::value* value = object_.if_contains(name);
        return value == nullptr || value->is_null() ? nullptr : value;
    }
    std::string text(std::string_view name, std::size_t max_bytes) {
        const json::value* value = find(name);
        if (value == nullptr) return {};
        if (!value->is_string()) wrong(name, "must be a string");
        const json::string& string = value->get_string();
        if (string.size() > max_bytes) wrong(name, "is longer than " + std::to_string(max_bytes) + " bytes");
        if (std::find(string.begin(), string.end(), '\0') != string.end()) wrong(name, "has a zero byte");
        return std::string(string);
    }
    std::string required_text(std::string_view name, std::size_t max_bytes) {
        if (find(name) == nullptr) wrong(name, "is required");
        return text(name, max_bytes);
    }
    std::string id(bool required) {
        const json::value* value = find("id");
        if (value == nullptr && required) wrong("id", "is required");
        if (value == nullptr) return {};
        if (!value->is_string() && !value->is_int64() && !value->is_uint64())
            wrong("id", "must be a string or a whole number");
        std::string text = json::serialize(*value);
        if (text.size() > kMaxIdBytes) wrong("id", "is longer than " + std::to_string(kMaxIdBytes) + " bytes");
        return text;
    }
    // 0: it is not there.
    std::uint32_t count(std::string_view name, std::int64_t most) {
        const json::value* value = find(name);
        if (value == nullptr) return 0;
        const std::int64_t number = value->is_int64() ? value->get_int64() : 0;
        if (number < 1 || number > most) wrong(name, "must be a whole number from 1 to " + std::to_string(most));
        return static_cast<std::uint32_t>(number);
    }
    [[noreturn]] static void wrong(std::string_view name, const std::string& what) {
        refuse(sqlstate::kInvalidParameterValue, "\"" + std::string(name) + "\" " + what);
    }
    void end(std::string_view type) const {
        for (const auto& field : object_) {
            if (std::find(taken_.begin(), taken_.end(), std::string_view(field.key())) == taken_.end()) {
                refuse(
                    sqlstate::kInvalidParameterValue,
                    "a message of type \"" + std::string(type) + "\" has no field \"" + std::string(field.key()) + "\"",
                    "docs/websocket.md lists the messages and their fields.");
            }
        }
    }

private:
    json::object object_;
    std::vector<std::string_view> taken_;
};

constexpr std::size_t kAnySize = static_cast<std::size_t>(-1);  // the message itself is bounded

ClientMessage read_login(Fields& fields) {
    Login login{.user = fields.text("user", kMaxNameBytes),
                .password = Secret(fields.text("password", kMaxNameBytes)),
                .key = Secret(fields.text("key", kMaxNameBytes)),
                .workspace = fields.text("workspace", kMaxNameBytes),
                .project = fields.text("project", kMaxNameBytes),
                .application_name = fields.text("application_name", kMaxNameBytes)};
    if (login.key.empty() == login.user.empty()) {
        refuse(sqlstate::kInvalidParameterValue,
               "\"auth\" takes either \"user\" and \"password\", or \"key\" and \"workspace\"");
    }
    if (!login.key.empty() && login.workspace.empty()) Fields::wrong("workspace", "is required beside \"key\"");
    return login;
}

// A parameter as PostgreSQL's text format has it.
std::optional<std::string> parameter_text(const json::value& value) {
    if (value.is_null()) return std::nullopt;
    if (!value.is_string()) return json::serialize(value);
    const json::string& text = value.get_string();
    if (std::find(text.begin(), text.end(), '\0') != text.end())
        Fields::wrong("parameters", "has a text with a zero byte");
    return std::string(text);
}

// It becomes a comment of the statement, so nothing may follow: later versions' additions are not taken.
bool is_traceparent(std::string_view text) {
    return text.size() == kTraceparentBytes && tracing::continuation_of({.traceparent = text});
}

TraceTexts read_trace(Fields& fields) {
    TraceTexts trace{.traceparent = fields.text("traceparent", kMaxNameBytes),
                     .sentry_trace = fields.text("sentry_trace", kMaxNameBytes),
                     .baggage = fields.text("baggage", kMaxBaggageBytes)};
    if (!trace.traceparent.empty() && !is_traceparent(trace.traceparent)) {
        Fields::wrong("traceparent", "must have W3C's form, 00-<32 hex digits>-<16>-<2>");
    }
    return trace;
}

ClientMessage read_query(Fields& fields) {
    Query query{.id = fields.id(true), .sql = fields.required_text("sql", kAnySize), .parameters = {}, .trace = {}};
    query.max_rows = fields.count("max_rows", kMaxRows);
    query.trace = read_trace(fields);
    const json::value* list = fields.find("parameters");
    if (list == nullptr) return query;
    if (!list->is_array()) Fields::wrong("parameters", "must be an array");
    if (list->get_array().size() > kMaxParameters) Fields::wrong("parameters", "has more than 65535 values");
    query.parameters.emplace();
    for (const json::value& value : list->get_array()) query.parameters->push_back(parameter_text(value));
    return query;
}

ClientMessage read_talk(Fields& fields) {
    return Talk{.id = fields.id(false),
                .conversation = fields.text("conversation_id", kMaxNameBytes),
                .content = fields.required_text("content", kAnySize),
                .trace = read_trace(fields)};
}

ClientMessage read_confirm(Fields& fields) {
    Confirm confirm{
        .id = fields.id(false), .conversation = fields.required_text("conversation_id", kMaxNameBytes), .trace = {}};
    const json::value* message = fields.find("message_id");
    if (message == nullptr || !message->is_int64() || message->get_int64() < 1) {
        Fields::wrong("message_id", "must be the number of a message");
    }
    confirm.message = message->get_int64();
    confirm.trace = read_trace(fields);
    return confirm;
}

ClientMessage read(Fields& fields, std::string_view type) {
    if (type == "query") return read_query(fields);
    if (type == "message") return read_talk(fields);
    if (type == "confirm") return read_confirm(fields);
    if (type == "cancel") return Cancel{fields.id(true)};
    if (type == "ping") return Ping{fields.id(false)};
    if (type == "auth") return read_login(fields);
    refuse(sqlstate::kProtocolViolation, "there is no message of type \"" + std::string(type) + "\"",
           "Types are auth, query, message, confirm, cancel and ping.");
}

std::string readable_id(Fields& fields) {
    try {
        return fields.id(false);
    } catch (const ErrorException&) {
        return {};
    }
}

}  // namespace

boost::system::result<ClientMessage, Unreadable> parse_client_message(std::string_view text) {
    std::string id;
    try {
        Fields fields(parse_object(text));
        id = readable_id(fields);
        const std::string type = fields.required_text("type", kMaxNameBytes);
        ClientMessage message = read(fields, type);
        fields.end(type);
        return message;
    } catch (const ErrorException& exception) {
        return Unreadable{exception.error(), std::move(id)};
    }
}

}  // namespace smew::http::websocket
