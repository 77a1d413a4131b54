#include "core/byte_io.hpp"
#include "pgproto/backend.hpp"
#include "pgproto/fields.hpp"

#include <charconv>

namespace smew::pgproto {
namespace {

using Parsed = Result<BackendMessage>;

// name, table, column, type, size, modifier, format, of which an empty name takes one byte.
constexpr std::size_t kMinFieldBytes = 19;

Parsed finished(std::string_view name, const ByteReader& reader, BackendMessage message) {
    if (!reader.complete()) return incomplete(name, reader);
    return message;
}

Parsed parse_authentication(ByteReader reader) {
    const Authentication message{.kind = reader.i32(), .data = reader.rest()};
    return finished("Authentication", reader, message);
}

Parsed parse_parameter_status(ByteReader reader) {
    const ParameterStatus message{.name = read_string(reader), .value = read_string(reader)};
    return finished("ParameterStatus", reader, message);
}

Parsed parse_backend_key_data(ByteReader reader) {
    const BackendKeyData message{.pid = reader.i32(), .secret = reader.rest()};
    return finished("BackendKeyData", reader, message);
}

Parsed parse_negotiate(ByteReader reader) {
    NegotiateProtocolVersion message;
    const std::uint16_t major = reader.u16();
    message.newest_minor = reader.u16();
    const std::uint32_t count = reader.u32();
    if (!reader.ok() || major != 3) return malformed("NegotiateProtocolVersion", "the version is not 3.x");
    if (count > reader.remaining()) return malformed("NegotiateProtocolVersion", "options are missing");
    for (std::uint32_t i = 0; i < count; ++i) message.unknown_options.push_back(read_string(reader));
    return finished("NegotiateProtocolVersion", reader, std::move(message));
}

Parsed parse_ready(ByteReader reader) {
    const char status = static_cast<char>(reader.u8());
    if (reader.ok() && status != 'I' && status != 'T' && status != 'E') {
        return malformed("ReadyForQuery", "unknown transaction status");
    }
    return finished("ReadyForQuery", reader, ReadyForQuery{static_cast<TransactionStatus>(status)});
}

bool read_field(ByteReader& reader, FieldDescription& field) {
    field.name = read_string(reader);
    field.table_oid = reader.u32();
    field.column_number = reader.i16();
    field.type_oid = reader.u32();
    field.type_size = reader.i16();
    field.type_modifier = reader.i32();
    return read_format(reader, field.format);
}

Parsed parse_row_description(ByteReader reader) {
    RowDescription message;
    const std::size_t count = reader.u16();
    if (count * kMinFieldBytes > reader.remaining()) return malformed("RowDescription", "fields are missing");
    message.fields.resize(count);
    for (FieldDescription& field : message.fields) {
        if (!read_field(reader, field))
            return malformed("RowDescription", "a field is cut off or has an unknown format");
    }
    return finished("RowDescription", reader, std::move(message));
}

Parsed parse_parameter_description(ByteReader reader) {
    ParameterDescription message;
    if (!read_oids(reader, message.type_oids)) return malformed("ParameterDescription", "types are missing");
    return finished("ParameterDescription", reader, std::move(message));
}

Parsed parse_data_row(ByteReader reader) {
    DataRow message;
    if (!read_values(reader, message.values)) return malformed("DataRow", "invalid values");
    return finished("DataRow", reader, std::move(message));
}

Parsed parse_command_complete(ByteReader reader) {
    const CommandComplete message{.tag = read_string(reader)};
    return finished("CommandComplete", reader, message);
}

Parsed parse_copy_response(char type, ByteReader reader) {
    const std::uint8_t overall = reader.u8();
    CopyResponse message{.direction = type, .overall = static_cast<Format>(overall), .columns = {}};
    if (overall > 1 || !read_formats(reader, message.columns)) return malformed("CopyResponse", "invalid formats");
    return finished("CopyResponse", reader, std::move(message));
}

Parsed parse_notification(ByteReader reader) {
    const Notification message{.pid = reader.i32(), .channel = read_string(reader), .payload = read_string(reader)};
    return finished("NotificationResponse", reader, message);
}

int parse_position(std::string_view text) {
    int position = 0;
    std::from_chars(text.data(), text.data() + text.size(), position);
    return position > 0 ? position : 0;
}

// Fields of other kinds (file, line, schema …) are of no use to our clients and are passed over.
void take_diagnostic(char code, std::string_view text, std::string& severity, Error& error) {
    switch (code) {
        case 'S':
            // Localised; counts only when the server sends no 'V'.
            if (severity.empty()) severity = text;
            break;
        case 'V':
            severity = text;
            break;
        case 'C':
            error.code = Sqlstate::from_text(text);
            break;
        case 'M':
            error.message = text;
            break;
        case 'D':
            error.detail = text;
            break;
        case 'H':
            error.hint = text;
            break;
        case 'P':
            error.position = parse_position(text);
            break;
        case 'W':
            error.context = text;
            break;
        default:
            break;
    }
}

bool read_diagnostics(ByteReader& reader, std::string& severity, Error& error) {
    error.code = sqlstate::kInternalError;
    for (;;) {
        const char code = static_cast<char>(reader.u8());
        if (!reader.ok()) return false;
        if (code == 0) return true;
        const std::string_view text = read_string(reader);
        if (!reader.ok()) return false;
        take_diagnostic(code, text, severity, error);
    }
}

Parsed parse_error(ByteReader reader) {
    ErrorResponse message;
    read_diagnostics(reader, message.severity, message.error);
    return finished("ErrorResponse", reader, std::move(message));
}

Parsed parse_notice(ByteReader reader) {
    NoticeResponse message;
    read_diagnostics(reader, message.severity, message.notice);
    return finished("NoticeResponse", reader, std::move(message));
}

// Messages of which rows and statements have many.
Parsed parse_result_message(char type, ByteSpan body) {
    const ByteReader reader(body);
    switch (type) {
        case 'T':
            return parse_row_description(reader);
        case 'D':
            return parse_data_row(reader);
        case 'C':
            return parse_command_complete(reader);
        case 'I':
            return finished("EmptyQueryResponse", reader, EmptyQueryResponse{});
        case '1':
            return finished("ParseComplete", reader, ParseComplete{});
        case '2':
            return finished("BindComplete", reader, BindComplete{});
        case '3':
            return finished("CloseComplete", reader, CloseComplete{});
        case 'n':
            return finished("NoData", reader, NoData{});
        case 's':
            return finished("PortalSuspended", reader, PortalSuspended{});
        case 't':
            return parse_parameter_description(reader);
        case 'Z':
            return parse_ready(reader);
        default:
            return Error{sqlstate::kProtocolViolation,
                         "invalid backend message type " + std::to_string(static_cast<unsigned char>(type))};
    }
}

}  // namespace

Result<BackendMessage> parse_backend(char type, ByteSpan body) {
    const ByteReader reader(body);
    switch (type) {
        case 'R':
            return parse_authentication(reader);
        case 'S':
            return parse_parameter_status(reader);
        case 'K':
            return parse_backend_key_data(reader);
        case 'v':
            return parse_negotiate(reader);
        case 'G':
        case 'H':
            return parse_copy_response(type, reader);
        case 'd':
            return BackendMessage{CopyData{body}};
        case 'c':
            return finished("CopyDone", reader, CopyDone{});
        case 'A':
            return parse_notification(reader);
        case 'E':
            return parse_error(reader);
        case 'N':
            return parse_notice(reader);
        default:
            return parse_result_message(type, body);
    }
}

}  // namespace smew::pgproto
