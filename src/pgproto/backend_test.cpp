#include "pgproto/backend.hpp"

#include <gtest/gtest.h>

#include <string>

namespace smew::pgproto {
namespace {

using namespace std::string_literals;

template <class Write, class... Arguments>
std::string written(Write write, const Arguments&... arguments) {
    Buffer out{'!'};  // writers append
    write(out, arguments...);
    EXPECT_EQ(out.front(), '!');
    return std::string(as_text(out)).substr(1);
}

template <class Message>
Message parsed(const std::string& frame) {
    auto result = parse_backend(frame[0], as_bytes(frame).subspan(5));
    if (!result) {
        ADD_FAILURE() << result.error().message;
        return Message{};
    }
    return std::get<Message>(*result);
}

std::string refused(char type, const std::string& body) {
    const auto result = parse_backend(type, as_bytes(body));
    return result ? "accepted" : std::string(result.error().code.text());
}

void expect_every_truncation_refused(const std::string& frame) {
    const std::string body = frame.substr(5);
    ASSERT_EQ(refused(frame[0], body), "accepted") << frame[0];
    for (std::size_t length = 0; length < body.size(); ++length) {
        EXPECT_EQ(refused(frame[0], body.substr(0, length)), "08P01") << frame[0] << length;
    }
    EXPECT_EQ(refused(frame[0], body + "x"), "08P01") << frame[0] << " with a byte left over";
}

TEST(Backend, Authentication) {
    EXPECT_EQ(written(write_authentication_ok), "R\0\0\0\x08\0\0\0\0"s);
    const std::vector<std::string_view> mechanisms{"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"};
    EXPECT_EQ(written(write_authentication_sasl, mechanisms),
              "R\0\0\0\x2a\0\0\0\x0aSCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"s);
    EXPECT_EQ(written(write_authentication_sasl_continue, "r=x"s), "R\0\0\0\x0b\0\0\0\x0br=x"s);
    const std::string final = written(write_authentication_sasl_final, "v=y"s);
    EXPECT_EQ(final, "R\0\0\0\x0b\0\0\0\x0cv=y"s);
    EXPECT_EQ(parsed<Authentication>(final).kind, 12);
    EXPECT_EQ(as_text(parsed<Authentication>(final).data), "v=y");
    EXPECT_EQ(refused('R', "\0\0\0"s), "08P01");
}

TEST(Backend, ParameterStatus) {
    const std::string frame = written(write_parameter_status, "TimeZone"s, "UTC"s);
    EXPECT_EQ(frame, "S\0\0\0\x11TimeZone\0UTC\0"s);
    EXPECT_EQ(parsed<ParameterStatus>(frame).value, "UTC");
    expect_every_truncation_refused(frame);
}

TEST(Backend, BackendKeyData) {
    const std::string frame = written(write_backend_key_data, 7, as_bytes("\0\1\2\3"s));
    EXPECT_EQ(frame, "K\0\0\0\x0c\0\0\0\7\0\1\2\3"s);
    EXPECT_EQ(parsed<BackendKeyData>(frame).secret.size(), 4U);
    EXPECT_EQ(refused('K', "\0\0"s), "08P01");
}

TEST(Backend, NegotiateProtocolVersion) {
    const std::vector<std::string_view> options{"_pq_.a"};
    const std::string frame = written(write_negotiate_protocol_version, std::uint16_t{2}, options);
    EXPECT_EQ(frame, "v\0\0\0\x13\0\3\0\2\0\0\0\1_pq_.a\0"s);
    const auto message = parsed<NegotiateProtocolVersion>(frame);
    EXPECT_EQ(message.newest_minor, 2);
    EXPECT_EQ(message.unknown_options, options);
    expect_every_truncation_refused(frame);
    EXPECT_EQ(refused('v', "\0\3\0\2\xff\xff\xff\xff"s), "08P01");
    EXPECT_EQ(refused('v', "\0\2\0\2\0\0\0\0"s), "08P01");
}

TEST(Backend, ReadyForQuery) {
    EXPECT_EQ(written(write_ready_for_query, TransactionStatus::kIdle), "Z\0\0\0\5I"s);
    EXPECT_EQ(written(write_ready_for_query, TransactionStatus::kInTransaction), "Z\0\0\0\5T"s);
    EXPECT_EQ(written(write_ready_for_query, TransactionStatus::kFailed), "Z\0\0\0\5E"s);
    EXPECT_EQ(parsed<ReadyForQuery>("Z\0\0\0\5T"s).status, TransactionStatus::kInTransaction);
    EXPECT_EQ(refused('Z', "X"), "08P01");
    expect_every_truncation_refused("Z\0\0\0\5I"s);
}

TEST(Backend, RowDescription) {
    const std::vector<FieldDescription> fields{
        {.name = "a", .table_oid = 1, .column_number = 2, .type_oid = 23, .type_size = 4, .format = Format::kBinary}};
    const std::string frame = written(write_row_description, fields);
    EXPECT_EQ(frame, "T\0\0\0\x1a\0\1a\0\0\0\0\1\0\2\0\0\0\x17\0\4\xff\xff\xff\xff\0\1"s);
    const auto message = parsed<RowDescription>(frame);
    ASSERT_EQ(message.fields.size(), 1U);
    EXPECT_EQ(message.fields[0].name, "a");
    EXPECT_EQ(message.fields[0].column_number, 2);
    EXPECT_EQ(message.fields[0].type_oid, 23U);
    EXPECT_EQ(message.fields[0].type_modifier, -1);
    EXPECT_EQ(message.fields[0].format, Format::kBinary);
    expect_every_truncation_refused(frame);
    EXPECT_EQ(refused('T', "\xff\xff"s), "08P01");
}

TEST(Backend, AZeroByteInAColumnNameKeepsTheFieldsInPlace) {
    const std::vector<FieldDescription> fields{{.name = "a\0b"s, .type_oid = 25}, {.name = "c", .type_oid = 23}};
    const auto message = parsed<RowDescription>(written(write_row_description, fields));
    EXPECT_EQ(message.fields[0].name, "a");
    EXPECT_EQ(message.fields[1].name, "c");
    EXPECT_EQ(message.fields[1].type_oid, 23U);
}

TEST(Backend, ParameterDescription) {
    const std::vector<std::uint32_t> oids{23, 25};
    const std::string frame = written(write_parameter_description, oids);
    EXPECT_EQ(frame, "t\0\0\0\x0e\0\2\0\0\0\x17\0\0\0\x19"s);
    EXPECT_EQ(parsed<ParameterDescription>(frame).type_oids, oids);
    expect_every_truncation_refused(frame);
}

TEST(Backend, DataRow) {
    const std::string frame = "D\0\0\0\x14\0\3\0\0\0\2a\0\xff\xff\xff\xff\0\0\0\0"s;
    const auto message = parsed<DataRow>(frame);
    ASSERT_EQ(message.values.size(), 3U);
    EXPECT_EQ(as_text(*message.values[0]), "a\0"s);
    EXPECT_FALSE(message.values[1]);
    EXPECT_TRUE(message.values[2]->empty());
    expect_every_truncation_refused(frame);
    EXPECT_EQ(refused('D', "\0\1\xff\xff\xff\xfe"s), "08P01");
}

TEST(Backend, CommandComplete) {
    const std::string frame = written(write_command_complete, "SELECT 1"s);
    EXPECT_EQ(frame, "C\0\0\0\x0dSELECT 1\0"s);
    EXPECT_EQ(parsed<CommandComplete>(frame).tag, "SELECT 1");
    expect_every_truncation_refused(frame);
}

TEST(Backend, BareMessages) {
    EXPECT_EQ(written(write_empty_query_response), "I\0\0\0\4"s);
    EXPECT_EQ(written(write_parse_complete), "1\0\0\0\4"s);
    EXPECT_EQ(written(write_bind_complete), "2\0\0\0\4"s);
    EXPECT_EQ(written(write_close_complete), "3\0\0\0\4"s);
    EXPECT_EQ(written(write_no_data), "n\0\0\0\4"s);
    EXPECT_EQ(written(write_portal_suspended), "s\0\0\0\4"s);
    EXPECT_EQ(written(write_copy_done), "c\0\0\0\4"s);
    for (const char type : {'I', '1', '2', '3', 'n', 's', 'c'}) {
        EXPECT_EQ(refused(type, ""), "accepted") << type;
        EXPECT_EQ(refused(type, "x"), "08P01") << type;
    }
}

TEST(Backend, Copy) {
    const std::vector<Format> columns{Format::kText, Format::kBinary};
    const std::string in = written(write_copy_in_response, Format::kText, columns);
    EXPECT_EQ(in, "G\0\0\0\x0b\0\0\2\0\0\0\1"s);
    EXPECT_EQ(parsed<CopyResponse>(in).direction, 'G');
    EXPECT_EQ(parsed<CopyResponse>(in).columns, columns);
    EXPECT_EQ(written(write_copy_out_response, Format::kBinary, columns), "H\0\0\0\x0b\1\0\2\0\0\0\1"s);
    expect_every_truncation_refused(in);
    EXPECT_EQ(refused('G', "\2\0\0"s), "08P01");
    EXPECT_EQ(refused('H', "\0\0\1\0\2"s), "08P01");
    EXPECT_EQ(written(write_copy_data, as_bytes("a\0"s)), "d\0\0\0\6a\0"s);
}

TEST(Backend, Notification) {
    const std::string frame = written(write_notification, 7, "ch"s, "x"s);
    EXPECT_EQ(frame, "A\0\0\0\x0d\0\0\0\7ch\0x\0"s);
    EXPECT_EQ(parsed<Notification>(frame).payload, "x");
    expect_every_truncation_refused(frame);
}

TEST(Backend, ErrorWithAllFields) {
    const Error error{sqlstate::kSyntaxError, "bad", "more", "do", 12};
    const std::string frame = written(write_error, Severity::kError, error);
    EXPECT_EQ(frame, "E\0\0\0\x2dSERROR\0VERROR\0C42601\0Mbad\0Dmore\0Hdo\0P12\0\0"s);
    const auto message = parsed<ErrorResponse>(frame);
    EXPECT_EQ(message.severity, "ERROR");
    EXPECT_EQ(message.error.code, sqlstate::kSyntaxError);
    EXPECT_EQ(message.error.message, "bad");
    EXPECT_EQ(message.error.detail, "more");
    EXPECT_EQ(message.error.hint, "do");
    EXPECT_EQ(message.error.position, 12);
    expect_every_truncation_refused(frame);
}

TEST(Backend, ErrorLeavesEmptyFieldsOut) {
    const Error error{sqlstate::kInternalError, "bad"};
    EXPECT_EQ(written(write_error, Severity::kFatal, error), "E\0\0\0\x1fSFATAL\0VFATAL\0CXX000\0Mbad\0\0"s);
}

TEST(Backend, AZeroByteInAnErrorTextEndsTheTextOnly) {
    const Error error{sqlstate::kInternalError, "bad\0C00000"s, "", "do"};
    const auto message = parsed<ErrorResponse>(written(write_error, Severity::kError, error));
    EXPECT_EQ(message.error.code, sqlstate::kInternalError);
    EXPECT_EQ(message.error.message, "bad");
    EXPECT_EQ(message.error.hint, "do");
}

TEST(Backend, Notice) {
    const Error notice{sqlstate::kWarning, "mind"};
    const auto message = parsed<NoticeResponse>(written(write_notice, Severity::kWarning, notice));
    EXPECT_EQ(message.severity, "WARNING");
    EXPECT_EQ(message.notice.message, "mind");
}

TEST(Backend, ForeignErrorsKeepUnknownFieldsOut) {
    const std::string frame = "E\0\0\0\0SFEHLER\0C42601\0Mx\0Fa.c\0Pnone\0\0"s;
    const auto message = parsed<ErrorResponse>(frame);
    EXPECT_EQ(message.severity, "FEHLER");
    EXPECT_EQ(message.error.position, 0);
}

TEST(Backend, UnknownTypesAreRefused) {
    for (const char type : {'\0', 'Q', 'B', 'W', '\x7f'}) EXPECT_EQ(refused(type, ""), "08P01");
}

}  // namespace
}  // namespace smew::pgproto
