#pragma once
// What the server sends. The server side appends messages to a buffer; parse_backend reads them back for clients
// (the gateway's internal sessions, the load tester, the tests). Source: PostgreSQL 15 documentation, 55.7 and 55.8.

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "pgproto/frontend.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace smew::pgproto {

using Buffer = std::vector<std::uint8_t>;

enum class TransactionStatus : char { kIdle = 'I', kInTransaction = 'T', kFailed = 'E' };
enum class Severity { kError, kFatal, kPanic, kWarning, kNotice, kDebug, kInfo, kLog };

struct FieldDescription {
    std::string name;
    std::uint32_t table_oid = 0;
    std::int16_t column_number = 0;
    std::uint32_t type_oid = 0;
    std::int16_t type_size = -1;
    std::int32_t type_modifier = -1;
    Format format = Format::kText;
};

// ---- server side: each appends one message
void write_authentication_ok(Buffer& out);
void write_authentication_sasl(Buffer& out, const std::vector<std::string_view>& mechanisms);
void write_authentication_sasl_continue(Buffer& out, std::string_view data);
void write_authentication_sasl_final(Buffer& out, std::string_view data);
void write_parameter_status(Buffer& out, std::string_view name, std::string_view value);
void write_backend_key_data(Buffer& out, std::int32_t pid, ByteSpan secret);
void write_negotiate_protocol_version(Buffer& out, std::uint16_t newest_minor,
                                      const std::vector<std::string_view>& unknown_options);
void write_ready_for_query(Buffer& out, TransactionStatus status);
void write_row_description(Buffer& out, const std::vector<FieldDescription>& fields);
void write_parameter_description(Buffer& out, const std::vector<std::uint32_t>& type_oids);
void write_command_complete(Buffer& out, std::string_view tag);
void write_empty_query_response(Buffer& out);
void write_parse_complete(Buffer& out);
void write_bind_complete(Buffer& out);
void write_close_complete(Buffer& out);
void write_no_data(Buffer& out);
void write_portal_suspended(Buffer& out);
void write_copy_in_response(Buffer& out, Format overall, const std::vector<Format>& columns);
void write_copy_out_response(Buffer& out, Format overall, const std::vector<Format>& columns);
void write_copy_data(Buffer& out, ByteSpan data);
void write_copy_done(Buffer& out);
void write_notification(Buffer& out, std::int32_t pid, std::string_view channel, std::string_view payload);
// Fields S, V, C, M and, where not empty, D, H, P, W. A zero byte inside a text ends it there.
void write_error(Buffer& out, Severity severity, const Error& error);    // ErrorResponse
void write_notice(Buffer& out, Severity severity, const Error& notice);  // NoticeResponse

// ---- client side. Views point into the body.
struct Authentication {
    std::int32_t kind = 0;
    ByteSpan data;
};  // 0 ok, 3 cleartext, 10 SASL, 11 continue, 12 final
struct ParameterStatus {
    std::string_view name, value;
};
struct BackendKeyData {
    std::int32_t pid = 0;
    ByteSpan secret;
};
struct NegotiateProtocolVersion {
    std::int32_t newest_minor = 0;
    std::vector<std::string_view> unknown_options;
};
struct ReadyForQuery {
    TransactionStatus status;
};
struct RowDescription {
    std::vector<FieldDescription> fields;
};
struct ParameterDescription {
    std::vector<std::uint32_t> type_oids;
};
struct DataRow {
    std::vector<std::optional<ByteSpan>> values;
};
struct CommandComplete {
    std::string_view tag;
};
struct EmptyQueryResponse {};
struct ParseComplete {};
struct BindComplete {};
struct CloseComplete {};
struct NoData {};
struct PortalSuspended {};
struct CopyResponse {
    char direction = 'G';
    Format overall;
    std::vector<Format> columns;
};  // 'G' in, 'H' out
struct Notification {
    std::int32_t pid = 0;
    std::string_view channel, payload;
};
struct ErrorResponse {
    std::string severity;
    Error error;
};
struct NoticeResponse {
    std::string severity;
    Error notice;
};

using BackendMessage =
    std::variant<Authentication, ParameterStatus, BackendKeyData, NegotiateProtocolVersion, ReadyForQuery,
                 RowDescription, ParameterDescription, DataRow, CommandComplete, EmptyQueryResponse, ParseComplete,
                 BindComplete, CloseComplete, NoData, PortalSuspended, CopyResponse, CopyData, CopyDone, Notification,
                 ErrorResponse, NoticeResponse>;

Result<BackendMessage> parse_backend(char type, ByteSpan body);

}  // namespace smew::pgproto
