#include "pgproto/frontend.hpp"

#include <gtest/gtest.h>

#include <string>

namespace smew::pgproto {
namespace {

using namespace std::string_literals;

template <class Message>
std::string written(const Message& message) {
    std::vector<std::uint8_t> out;
    write(out, message);
    return std::string(as_text(out));
}

// The parsed message lives as long as the bytes it points into.
template <class Message>
Message parsed(char type, const std::string& body) {
    auto result = parse_frontend(type, as_bytes(body));
    if (!result) {
        ADD_FAILURE() << result.error().message;
        return Message{};
    }
    return std::get<Message>(*result);
}

std::string refused(char type, const std::string& body) {
    const auto result = parse_frontend(type, as_bytes(body));
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

TEST(Frontend, Query) {
    const std::string frame = written(Query{"SELECT 1"});
    EXPECT_EQ(frame, "Q\0\0\0\x0dSELECT 1\0"s);
    EXPECT_EQ(parsed<Query>('Q', "SELECT 1\0"s).sql, "SELECT 1");
    expect_every_truncation_refused(frame);
}

TEST(Frontend, QueryWithAZeroByteIsRefusedWhole) {
    const std::string frame = written(Query{"DELETE FROM t\0 WHERE a"s});
    EXPECT_EQ(refused('Q', frame.substr(5)), "08P01");
}

TEST(Frontend, Parse) {
    const std::string frame = written(Parse{.statement = "s", .sql = "SELECT $1", .parameter_types = {23, 0}});
    EXPECT_EQ(frame, "P\0\0\0\x1as\0SELECT $1\0\0\2\0\0\0\x17\0\0\0\0"s);
    const std::string body = frame.substr(5);
    const Parse message = parsed<Parse>('P', body);
    EXPECT_EQ(message.statement, "s");
    EXPECT_EQ(message.sql, "SELECT $1");
    EXPECT_EQ(message.parameter_types, (std::vector<std::uint32_t>{23, 0}));
    expect_every_truncation_refused(frame);
}

TEST(Frontend, ParseCountBeyondTheBodyIsRefused) {
    EXPECT_EQ(refused('P', "s\0x\0\xff\xff"s), "08P01");
    EXPECT_EQ(refused('P', "s\0x\0\0\2\0\0\0\x17"s), "08P01");
}

TEST(Frontend, Bind) {
    const std::string value = "a\0b"s;  // outlives the message, which holds a view
    const Bind message{.portal = "p",
                       .statement = "s",
                       .parameter_formats = {Format::kText, Format::kBinary, Format::kText},
                       .parameters = {as_bytes(value), std::nullopt, ByteSpan{}},
                       .result_formats = {Format::kBinary}};
    const std::string frame = written(message);
    EXPECT_EQ(frame, "B\0\0\0\x25p\0s\0\0\3\0\0\0\1\0\0\0\3\0\0\0\3a\0b\xff\xff\xff\xff\0\0\0\0\0\1\0\1"s);
    const std::string body = frame.substr(5);
    const Bind back = parsed<Bind>('B', body);
    EXPECT_EQ(back.portal, "p");
    EXPECT_EQ(back.statement, "s");
    EXPECT_EQ(back.parameter_formats, message.parameter_formats);
    ASSERT_EQ(back.parameters.size(), 3U);
    EXPECT_EQ(as_text(*back.parameters[0]), "a\0b"s);
    EXPECT_FALSE(back.parameters[1]);
    ASSERT_TRUE(back.parameters[2]);
    EXPECT_TRUE(back.parameters[2]->empty());
    EXPECT_EQ(back.result_formats, message.result_formats);
    expect_every_truncation_refused(frame);
}

TEST(Frontend, BindOfAsManyParametersAsPostgresAllows) {
    Bind message;
    message.parameters.resize(65'535);
    const std::string body = written(message).substr(5);
    EXPECT_EQ(parsed<Bind>('B', body).parameters.size(), 65'535U);
}

TEST(Frontend, BindRefusesWhatIsInvalid) {
    EXPECT_EQ(refused('B', "\0\0\0\1\0\2\0\0\0\0"s), "08P01") << "format 2";
    EXPECT_EQ(refused('B', "\0\0\0\1\xff\xff\0\0\0\0"s), "08P01") << "format -1";
    EXPECT_EQ(refused('B', "\0\0\0\0\0\1\xff\xff\xff\xfe\0\0"s), "08P01") << "length -2";
    EXPECT_EQ(refused('B', "\0\0\0\0\0\1\0\0\0\7ab\0\0"s), "08P01") << "length beyond the body";
    EXPECT_EQ(refused('B', "\0\0\xff\xff\0\0\0\0"s), "08P01") << "count beyond the body";
    EXPECT_EQ(refused('B', "\0\0\0\2\0\0\0\0\0\0\0\0"s), "08P01") << "two formats, no parameter";
    EXPECT_EQ(refused('B', "\0\0\0\1\0\1\0\0\0\0"s), "accepted") << "one format is for all, also for none";
}

TEST(Frontend, DescribeAndClose) {
    EXPECT_EQ(written(Describe{Target::kStatement, "s"}), "D\0\0\0\7Ss\0"s);
    EXPECT_EQ(written(Close{Target::kPortal, ""}), "C\0\0\0\6P\0"s);
    EXPECT_EQ(parsed<Describe>('D', "Pq\0"s).target, Target::kPortal);
    EXPECT_EQ(parsed<Close>('C', "Sq\0"s).name, "q");
    EXPECT_EQ(refused('D', "Xq\0"s), "08P01");
    EXPECT_EQ(refused('C', "\0q\0"s), "08P01");
    expect_every_truncation_refused("D\0\0\0\7Ss\0"s);
    expect_every_truncation_refused("C\0\0\0\7Pp\0"s);
}

TEST(Frontend, Execute) {
    const std::string frame = written(Execute{.portal = "p", .max_rows = 258});
    EXPECT_EQ(frame, "E\0\0\0\x0ap\0\0\0\1\2"s);
    EXPECT_EQ(parsed<Execute>('E', frame.substr(5)).max_rows, 258);
    EXPECT_EQ(parsed<Execute>('E', "p\0\xff\xff\xff\xff"s).max_rows, 0) << "negative means all rows";
    expect_every_truncation_refused(frame);
}

TEST(Frontend, BareMessages) {
    EXPECT_EQ(written(Sync{}), "S\0\0\0\4"s);
    EXPECT_EQ(written(Flush{}), "H\0\0\0\4"s);
    EXPECT_EQ(written(Terminate{}), "X\0\0\0\4"s);
    EXPECT_EQ(written(CopyDone{}), "c\0\0\0\4"s);
    for (const char type : {'S', 'H', 'X', 'c'}) {
        EXPECT_EQ(refused(type, ""), "accepted");
        EXPECT_EQ(refused(type, "x"), "08P01");
    }
}

TEST(Frontend, Copy) {
    EXPECT_EQ(written(CopyData{as_bytes("a\0b"s)}), "d\0\0\0\7a\0b"s);
    const std::string body = "a\0b"s;
    EXPECT_EQ(as_text(parsed<CopyData>('d', body).data), body);
    EXPECT_EQ(written(CopyFail{"why"}), "f\0\0\0\x08why\0"s);
    EXPECT_EQ(parsed<CopyFail>('f', "why\0"s).reason, "why");
    expect_every_truncation_refused("f\0\0\0\x08why\0"s);
}

TEST(Frontend, FunctionCallIsRecognisedAndPasswordKeptRaw) {
    EXPECT_TRUE(std::holds_alternative<FunctionCall>(*parse_frontend('F', as_bytes("anything"))));
    const std::string body = "c=biws"s;
    EXPECT_EQ(as_text(parsed<PasswordOrSasl>('p', body).body), body);
}

TEST(Frontend, UnknownTypesAreRefused) {
    for (int type = 0; type < 256; ++type) {
        if ("QPBDECSHXdcfFp"s.find(static_cast<char>(type)) != std::string::npos) continue;
        const auto result = parse_frontend(static_cast<char>(type), {});
        ASSERT_FALSE(result) << type;
        EXPECT_EQ(result.error().message, "invalid frontend message type " + std::to_string(type));
    }
}

TEST(Frontend, AZeroByteInANameDoesNotBecomeOtherFields) {
    EXPECT_EQ(written(Describe{Target::kStatement, "s\0x"s}), "D\0\0\0\7Ss\0"s);
    EXPECT_EQ(written(Execute{.portal = "p\0\xff\xff"s, .max_rows = 1}), "E\0\0\0\x0ap\0\0\0\0\1"s);
}

TEST(Frontend, ErrorsNameTheMessage) {
    EXPECT_EQ(parse_frontend('B', {}).error().message, "invalid message format: Bind: invalid parameter formats");
    EXPECT_EQ(parse_frontend('S', as_bytes("x")).error().message, "invalid message format: Sync: bytes are left over");
    EXPECT_EQ(parse_frontend('Q', as_bytes("x")).error().message, "invalid message format: Query: bytes are missing");
}

}  // namespace
}  // namespace smew::pgproto
