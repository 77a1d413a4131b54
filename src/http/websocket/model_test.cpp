#include "http/websocket/model.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace smew::http::websocket {
namespace {

std::string body(const std::string& content) {
    return R"({"choices":[{"message":{"role":"assistant","content":)" +
           boost::json::serialize(boost::json::value(content)) + "}}]}";
}

TEST(Model, AsksWithTheSchemaAndTheHistory) {
    const auto request =
        boost::json::parse(model_request("m", "s.t(i int)\n", {{"user", "a"}, {"assistant", "b"}, {"user", "c"}}));
    const auto& messages = request.at("messages").as_array();
    ASSERT_EQ(messages.size(), 4U);
    EXPECT_EQ(request.at("model"), "m");
    EXPECT_NE(std::string_view(messages[0].at("content").as_string()).find("s.t(i int)"), std::string_view::npos);
    EXPECT_EQ(messages[3].at("content"), "c");
}

TEST(Model, FindsTheSqlOfAnAnswer) {
    EXPECT_EQ(parse_model_answer(body("Here:\n```sql\nSELECT 1;\n```\nDone"))->sql, "SELECT 1");
    EXPECT_EQ(parse_model_answer(body("```\nSELECT 2\n"))->sql, "SELECT 2");
    EXPECT_EQ(parse_model_answer(body("SELECT 3;"))->sql, "SELECT 3");
    EXPECT_EQ(parse_model_answer(body("I cannot tell."))->sql, "");
    EXPECT_EQ(parse_model_answer(body("I cannot tell."))->content, "I cannot tell.");
    EXPECT_EQ(parse_model_answer(body("``````"))->sql, "");
}

TEST(Model, AnswersOfAnotherShapeAreErrors) {
    for (const std::string_view text :
         {"", "{", "[]", "{}", R"({"choices":[]})", R"({"choices":[{"message":{"content":null}}]})",
          R"({"choices":[{"message":{"content":5}}]})"}) {
        EXPECT_FALSE(parse_model_answer(text)) << text;
    }
}

}  // namespace
}  // namespace smew::http::websocket
