#include "http/schema.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <algorithm>

namespace smew::http {
namespace {

const Schema kItem{.name = "Item", .fields = {{.name = "name", .required = true, .least = 1, .most = 3}}};
const Schema kOrder{.name = "Order",
                    .fields = {{.name = "id", .required = true, .least = 1, .most = 5},
                               {.name = "count", .type = FieldType::kInteger, .least = 0, .most = 10},
                               {.name = "ratio", .type = FieldType::kNumber, .nullable = true, .least = 0, .most = 1},
                               {.name = "kind", .one_of = {"a", "b"}},
                               {.name = "flag", .type = FieldType::kBoolean},
                               {.name = "items", .type = FieldType::kArray, .most = 2, .of = &kItem},
                               {.name = "tags", .type = FieldType::kArray, .items = FieldType::kString},
                               {.name = "inner", .type = FieldType::kObject, .of = &kItem},
                               {.name = "token", .secret = true}}};

std::string first_error(std::string_view body) {
    const std::vector<FieldError> errors = check(boost::json::parse(body), kOrder);
    return errors.empty() ? "" : errors.front().field;
}

TEST(Schema, ErrorsNameTheField) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {R"({"id":"x"})", ""},
        {R"({"id":"ééééé","ratio":null,"count":10,"items":[{"name":"abc"}],"tags":[],"inner":{"name":"x"}})", ""},
        {R"([])", "body"},
        {R"({})", "id"},
        {R"({"id":null})", "id"},
        {R"({"id":7})", "id"},
        {R"({"id":""})", "id"},
        {R"({"id":"123456"})", "id"},
        {R"({"id":"a\u0000b"})", "id"},
        {R"({"id":"x","count":-1})", "count"},
        {R"({"id":"x","count":11})", "count"},
        {R"({"id":"x","count":1.5})", "count"},
        {R"({"id":"x","count":18446744073709551615})", "count"},
        {R"({"id":"x","count":"1"})", "count"},
        {R"({"id":"x","ratio":1.5})", "ratio"},
        {R"({"id":"x","kind":"c"})", "kind"},
        {R"({"id":"x","flag":"true"})", "flag"},
        {R"({"id":"x","items":[{"name":"a"},{}]})", "items[1].name"},
        {R"({"id":"x","items":[{"name":"a"},{"name":"b"},{"name":"c"}]})", "items"},
        {R"({"id":"x","items":[7]})", "items[0]"},
        {R"({"id":"x","tags":["a",1]})", "tags[1]"},
        {R"({"id":"x","inner":{"name":"x","more":1}})", "inner.more"},
        {R"({"id":"x","unknown":1})", "unknown"},
    };
    for (const auto& [body, field] : cases) EXPECT_EQ(first_error(body), field) << body;
}

TEST(Schema, ErrorsAreBounded) {
    boost::json::object body{{"id", "x"}};
    for (int i = 0; i < 1000; ++i) body["unknown" + std::to_string(i)] = i;
    EXPECT_LE(check(body, kOrder).size(), 20U);
}

TEST(Schema, SecretsAreTakenOut) {
    boost::json::value body = boost::json::parse(R"({"id":"x","token":"hidden"})");
    EXPECT_TRUE(redact(body, kOrder));
    EXPECT_TRUE(body.at("token").is_null());
    EXPECT_EQ(body.at("id").as_string(), "x");
    EXPECT_FALSE(redact(body, kOrder));
}

TEST(Schema, QueryParametersAreText) {
    const Field number{.name = "limit", .type = FieldType::kInteger, .least = 1, .most = 10};
    EXPECT_FALSE(check_text("10", number));
    for (const char* text : {"", "0", "11", "1x", " 1", "+1", "1.0", "99999999999999999999"}) {
        EXPECT_TRUE(check_text(text, number)) << text;
    }
    const Field flag{.name = "f", .type = FieldType::kBoolean};
    EXPECT_FALSE(check_text("true", flag));
    EXPECT_TRUE(check_text("1", flag));
}

}  // namespace
}  // namespace smew::http
