#include "http/websocket/client_message.hpp"

#include <gtest/gtest.h>

namespace smew::http::websocket {
namespace {

template <class T>
T read(std::string_view text) {
    auto message = parse_client_message(text);
    if (!message) throw std::runtime_error(message.error().error.message);
    return std::get<T>(std::move(*message));
}

std::string complaint(std::string_view text) {
    const auto message = parse_client_message(text);
    return message ? "" : message.error().error.message;
}

TEST(ClientMessage, Queries) {
    const auto plain = read<Query>(R"({"type":"query","id":"a\"b","sql":"SELECT 1"})");
    EXPECT_EQ(plain.id, R"("a\"b")");
    EXPECT_EQ(plain.sql, "SELECT 1");
    EXPECT_FALSE(plain.parameters);
    const auto bound =
        read<Query>(R"({"type":"query","id":-7,"sql":"s","parameters":[1,"x",null,true,1.5,[1],{"a":2}]})");
    EXPECT_EQ(bound.id, "-7");
    const std::vector<std::optional<std::string>> expected{"1",     "x",   std::nullopt, "true",
                                                           "1.5E0", "[1]", R"({"a":2})"};
    EXPECT_EQ(*bound.parameters, expected);
    EXPECT_TRUE(read<Query>(R"({"type":"query","id":1,"sql":"","parameters":[]})").parameters->empty());
}

TEST(ClientMessage, QueriesMayBeCutAndTraced) {
    const std::string parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const auto query =
        read<Query>(R"({"type":"query","id":1,"sql":"s","max_rows":100,"traceparent":")" + parent + R"("})");
    EXPECT_EQ(query.max_rows, 100U);
    EXPECT_EQ(query.trace.traceparent, parent);
    EXPECT_EQ(read<Query>(R"({"type":"query","id":1,"sql":"s"})").max_rows, 0U);
    for (const char* rows : {"0", "-1", "1.5", "\"7\"", "2147483648"}) {
        EXPECT_EQ(complaint(R"({"type":"query","id":1,"sql":"s","max_rows":)" + std::string(rows) + "}"),
                  R"("max_rows" must be a whole number from 1 to 2147483647)");
    }
    for (const char* wrong : {"nonsense", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                              "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "x' */ DROP TABLE t; /*",
                              "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-*/ SELECT 2 /*"}) {
        EXPECT_NE(complaint(R"({"type":"query","id":1,"sql":"s","traceparent":")" + std::string(wrong) + R"("})"), "");
    }
}

TEST(ClientMessage, Logins) {
    const auto user = read<Login>(R"({"type":"auth","user":"u","password":"p"})");
    EXPECT_EQ(user.password.reveal(), "p");
    const auto key = read<Login>(R"({"type":"auth","key":"k","workspace":"w","project":"p","application_name":"a"})");
    EXPECT_EQ(key.key.reveal(), "k");
    EXPECT_EQ(key.workspace, "w");
    EXPECT_NE(complaint(R"({"type":"auth"})"), "");
    EXPECT_NE(complaint(R"({"type":"auth","user":"u","key":"k","workspace":"w"})"), "");
    EXPECT_EQ(complaint(R"({"type":"auth","key":"k"})"), R"("workspace" is required beside "key")");
    EXPECT_EQ(complaint(R"({"type":"auth","user":5})"), R"("user" must be a string)");
}

TEST(ClientMessage, Others) {
    EXPECT_EQ(read<Talk>(R"({"type":"message","content":"hi"})").content, "hi");
    EXPECT_EQ(read<Confirm>(R"({"type":"confirm","conversation_id":"c","message_id":5})").message, 5);
    EXPECT_EQ(read<Cancel>(R"({"type":"cancel","id":1})").id, "1");
    EXPECT_EQ(read<Ping>(R"({"type":"ping"})").id, "");
    EXPECT_NE(complaint(R"({"type":"cancel"})"), "");
    EXPECT_NE(complaint(R"({"type":"confirm","conversation_id":"c","message_id":0})"), "");
    EXPECT_NE(complaint(R"({"type":"confirm","conversation_id":"c","message_id":1e3})"), "");
}

TEST(ClientMessage, HostileTexts) {
    const std::string deep(100'000, '[');
    const std::string many = R"({"type":"ping","id":)" + std::string(5000, '9') + "}";
    for (const std::string_view text :
         {std::string_view(""), std::string_view("{"), std::string_view("nul"), std::string_view("[]"),
          std::string_view("\"x\""), std::string_view("5"), std::string_view(deep), std::string_view(many),
          std::string_view("{\"type\":\"ping\",\"id\":\"\xff\xfe\"}"), std::string_view(R"({"type":"ping"}{})"),
          std::string_view(R"({"type":"ping","id":"\ud800"})"), std::string_view(R"({"type":null})"),
          std::string_view(R"({"type":"query","id":1,"sql":"a\u0000b"})"),
          std::string_view(R"({"type":"query","id":{},"sql":"x"})"), std::string_view("{\"type\":\"ping\0\"}", 16)}) {
        const auto message = parse_client_message(text);
        ASSERT_FALSE(message) << text.substr(0, 60);
        EXPECT_FALSE(message.error().error.message.empty());
    }
}

TEST(ClientMessage, AnUnknownFieldIsNamedAndTheIdIsKept) {
    const auto message = parse_client_message(R"({"type":"query","id":"q1","sql":"x","limit":5})");
    ASSERT_FALSE(message);
    EXPECT_EQ(message.error().id, R"("q1")");
    EXPECT_EQ(message.error().error.message, R"(a message of type "query" has no field "limit")");
}

TEST(ClientMessage, EveryPrefixIsRefused) {
    const std::string text = R"({"type":"query","id":1,"sql":"SELECT '\u00e4'","parameters":[1,null]})";
    ASSERT_TRUE(parse_client_message(text));
    for (std::size_t size = 0; size < text.size(); ++size) {
        EXPECT_FALSE(parse_client_message(text.substr(0, size))) << size;
    }
}

}  // namespace
}  // namespace smew::http::websocket
