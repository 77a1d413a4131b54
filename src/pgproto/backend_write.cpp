#include "pgproto/backend.hpp"
#include "pgproto/open_frame.hpp"

#include <array>

namespace smew::pgproto {
namespace {

constexpr std::int32_t kAuthOk = 0, kAuthSasl = 10, kAuthSaslContinue = 11, kAuthSaslFinal = 12;

// Messages without a body are five known bytes.
void put_bare(Buffer& out, char type) {
    const std::array<std::uint8_t, 5> frame{static_cast<std::uint8_t>(type), 0, 0, 0, 4};
    out.insert(out.end(), frame.begin(), frame.end());
}

void put_authentication(Buffer& out, std::int32_t kind, std::string_view data) {
    OpenFrame frame(out, 'R');
    frame->i32(kind);
    frame->text(data);
}

void put_copy_response(Buffer& out, char type, Format overall, const std::vector<Format>& columns) {
    OpenFrame frame(out, type);
    frame->u8(static_cast<std::uint8_t>(overall));
    frame.count(columns.size());
    for (const Format format : columns) frame->i16(static_cast<std::int16_t>(format));
}

void put_field(OpenFrame& frame, char code, std::string_view text) {
    frame->u8(static_cast<std::uint8_t>(code));
    frame.cut_cstring(text);
}

std::string_view severity_text(Severity severity) {
    switch (severity) {
        case Severity::kError:
            return "ERROR";
        case Severity::kFatal:
            return "FATAL";
        case Severity::kPanic:
            return "PANIC";
        case Severity::kWarning:
            return "WARNING";
        case Severity::kNotice:
            return "NOTICE";
        case Severity::kDebug:
            return "DEBUG";
        case Severity::kInfo:
            return "INFO";
        case Severity::kLog:
            return "LOG";
    }
    return "ERROR";
}

void put_diagnostics(Buffer& out, char type, Severity severity, const Error& error) {
    OpenFrame frame(out, type);
    put_field(frame, 'S', severity_text(severity));
    put_field(frame, 'V', severity_text(severity));
    put_field(frame, 'C', error.code.text());
    put_field(frame, 'M', error.message);
    if (!error.detail.empty()) put_field(frame, 'D', error.detail);
    if (!error.hint.empty()) put_field(frame, 'H', error.hint);
    if (error.position > 0) put_field(frame, 'P', std::to_string(error.position));
    if (!error.context.empty()) put_field(frame, 'W', error.context);
    frame->u8(0);
}

}  // namespace

void write_authentication_ok(Buffer& out) {
    put_authentication(out, kAuthOk, {});
}

void write_authentication_sasl(Buffer& out, const std::vector<std::string_view>& mechanisms) {
    OpenFrame frame(out, 'R');
    frame->i32(kAuthSasl);
    for (const std::string_view mechanism : mechanisms) frame.cut_cstring(mechanism);
    frame->u8(0);
}

void write_authentication_sasl_continue(Buffer& out, std::string_view data) {
    put_authentication(out, kAuthSaslContinue, data);
}

void write_authentication_sasl_final(Buffer& out, std::string_view data) {
    put_authentication(out, kAuthSaslFinal, data);
}

void write_parameter_status(Buffer& out, std::string_view name, std::string_view value) {
    OpenFrame frame(out, 'S');
    frame.cut_cstring(name);
    frame.cut_cstring(value);
}

void write_backend_key_data(Buffer& out, std::int32_t pid, ByteSpan secret) {
    OpenFrame frame(out, 'K');
    frame->i32(pid);
    frame->bytes(secret);
}

// The documentation calls the first field the minor version; PostgreSQL sends, and libpq compares, the whole number.
void write_negotiate_protocol_version(Buffer& out, std::uint16_t newest_minor,
                                      const std::vector<std::string_view>& unknown_options) {
    OpenFrame frame(out, 'v');
    frame->u16(3);
    frame->u16(newest_minor);
    frame->u32(static_cast<std::uint32_t>(unknown_options.size()));
    for (const std::string_view option : unknown_options) frame.cut_cstring(option);
}

void write_ready_for_query(Buffer& out, TransactionStatus status) {
    const std::array<std::uint8_t, 6> frame{'Z', 0, 0, 0, 5, static_cast<std::uint8_t>(status)};
    out.insert(out.end(), frame.begin(), frame.end());
}

void write_row_description(Buffer& out, const std::vector<FieldDescription>& fields) {
    OpenFrame frame(out, 'T');
    frame.count(fields.size());
    for (const FieldDescription& field : fields) {
        frame.cut_cstring(field.name);
        frame->u32(field.table_oid);
        frame->i16(field.column_number);
        frame->u32(field.type_oid);
        frame->i16(field.type_size);
        frame->i32(field.type_modifier);
        frame->i16(static_cast<std::int16_t>(field.format));
    }
}

void write_parameter_description(Buffer& out, const std::vector<std::uint32_t>& type_oids) {
    OpenFrame frame(out, 't');
    frame.count(type_oids.size());
    for (const std::uint32_t oid : type_oids) frame->u32(oid);
}

void write_command_complete(Buffer& out, std::string_view tag) {
    OpenFrame(out, 'C').cut_cstring(tag);
}
void write_empty_query_response(Buffer& out) {
    put_bare(out, 'I');
}
void write_parse_complete(Buffer& out) {
    put_bare(out, '1');
}
void write_bind_complete(Buffer& out) {
    put_bare(out, '2');
}
void write_close_complete(Buffer& out) {
    put_bare(out, '3');
}
void write_no_data(Buffer& out) {
    put_bare(out, 'n');
}
void write_portal_suspended(Buffer& out) {
    put_bare(out, 's');
}

void write_copy_in_response(Buffer& out, Format overall, const std::vector<Format>& columns) {
    put_copy_response(out, 'G', overall, columns);
}

void write_copy_out_response(Buffer& out, Format overall, const std::vector<Format>& columns) {
    put_copy_response(out, 'H', overall, columns);
}

void write_copy_data(Buffer& out, ByteSpan data) {
    OpenFrame(out, 'd')->bytes(data);
}
void write_copy_done(Buffer& out) {
    put_bare(out, 'c');
}

void write_notification(Buffer& out, std::int32_t pid, std::string_view channel, std::string_view payload) {
    OpenFrame frame(out, 'A');
    frame->i32(pid);
    frame.cut_cstring(channel);
    frame.cut_cstring(payload);
}

void write_error(Buffer& out, Severity severity, const Error& error) {
    put_diagnostics(out, 'E', severity, error);
}
void write_notice(Buffer& out, Severity severity, const Error& notice) {
    put_diagnostics(out, 'N', severity, notice);
}

}  // namespace smew::pgproto
