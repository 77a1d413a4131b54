#include "core/byte_io.hpp"
#include "pgproto/fields.hpp"
#include "pgproto/frontend.hpp"

namespace smew::pgproto {
namespace {

using Parsed = Result<FrontendMessage>;

Parsed finished(std::string_view name, const ByteReader& reader, FrontendMessage message) {
    if (!reader.complete()) return incomplete(name, reader);
    return message;
}

Parsed parse_query(ByteReader reader) {
    const Query message{.sql = read_string(reader)};
    return finished("Query", reader, message);
}

Parsed parse_parse(ByteReader reader) {
    Parse message{.statement = read_string(reader), .sql = read_string(reader), .parameter_types = {}};
    if (!read_oids(reader, message.parameter_types))
        return malformed("Parse", "a string or parameter types are missing");
    return finished("Parse", reader, std::move(message));
}

Parsed parse_bind(ByteReader reader) {
    Bind message{.portal = read_string(reader), .statement = read_string(reader)};
    if (!read_formats(reader, message.parameter_formats)) return malformed("Bind", "invalid parameter formats");
    if (!read_values(reader, message.parameters)) return malformed("Bind", "invalid parameter values");
    if (!read_formats(reader, message.result_formats)) return malformed("Bind", "invalid result formats");
    const std::size_t formats = message.parameter_formats.size();
    if (formats > 1 && formats != message.parameters.size()) {
        return malformed("Bind", "there are neither none, one nor as many formats as parameters");
    }
    return finished("Bind", reader, std::move(message));
}

template <class Message>
Parsed parse_target(std::string_view name, ByteReader reader) {
    const char target = static_cast<char>(reader.u8());
    if (reader.ok() && target != 'S' && target != 'P') return malformed(name, "the target is neither 'S' nor 'P'");
    const Message message{.target = static_cast<Target>(target), .name = read_string(reader)};
    return finished(name, reader, message);
}

Parsed parse_execute(ByteReader reader) {
    Execute message{.portal = read_string(reader), .max_rows = reader.i32()};
    // PostgreSQL takes a negative limit for none.
    if (message.max_rows < 0) message.max_rows = 0;
    return finished("Execute", reader, message);
}

Parsed parse_copy_fail(ByteReader reader) {
    const CopyFail message{.reason = read_string(reader)};
    return finished("CopyFail", reader, message);
}

Error unknown_type(char type) {
    const auto byte = static_cast<unsigned char>(type);
    return {sqlstate::kProtocolViolation, "invalid frontend message type " + std::to_string(byte)};
}

}  // namespace

Result<FrontendMessage> parse_frontend(char type, ByteSpan body) {
    const ByteReader reader(body);
    switch (type) {
        case 'Q':
            return parse_query(reader);
        case 'P':
            return parse_parse(reader);
        case 'B':
            return parse_bind(reader);
        case 'D':
            return parse_target<Describe>("Describe", reader);
        case 'E':
            return parse_execute(reader);
        case 'C':
            return parse_target<Close>("Close", reader);
        case 'S':
            return finished("Sync", reader, Sync{});
        case 'H':
            return finished("Flush", reader, Flush{});
        case 'X':
            return finished("Terminate", reader, Terminate{});
        case 'd':
            return FrontendMessage{CopyData{body}};
        case 'c':
            return finished("CopyDone", reader, CopyDone{});
        case 'f':
            return parse_copy_fail(reader);
        case 'F':
            return FrontendMessage{FunctionCall{}};
        case 'p':
            return FrontendMessage{PasswordOrSasl{body}};
        default:
            return unknown_type(type);
    }
}

}  // namespace smew::pgproto
