#include "http/websocket/traced_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace smew::http::websocket {
namespace {

const std::string kParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const std::string kComment = "\n/*traceparent='" + kParent + "'*/";

TEST(TracedText, EachStatementCarriesTheTrace) {
    EXPECT_EQ(TracedText("SELECT 1", kParent).text(), "SELECT 1" + kComment);
    EXPECT_EQ(TracedText("SELECT 1; -- why\n SELECT 2;\n", kParent).text(),
              "SELECT 1" + kComment + "; -- why\n SELECT 2" + kComment + ";\n");
    EXPECT_EQ(TracedText("SELECT 1; SELECT 2", "").text(), "SELECT 1; SELECT 2");
    EXPECT_EQ(TracedText("", kParent).text(), kComment);
}

TEST(TracedText, PositionsAreThoseOfTheTextAsItCame) {
    const std::string sql = "SELECT 'ä'; SELECT 2; SELECT broken";
    const TracedText traced(sql, kParent);
    for (const std::string_view word : {"SELECT 'ä'", "SELECT 2", "broken"}) {
        const auto before = [&](const std::string& text) { return characters_in(text.substr(0, text.find(word))) + 1; };
        EXPECT_EQ(traced.position_before(before(traced.text())), before(sql)) << word;
    }
    EXPECT_EQ(TracedText(sql, "").position_before(9), 9);
}

TEST(TracedText, ATextOfVeryManyStatementsCarriesItOnce) {
    std::string sql;
    for (int i = 0; i < 1001; ++i) sql += "SELECT 1;";
    EXPECT_EQ(TracedText(sql, kParent).text(), sql + kComment);
}

}  // namespace
}  // namespace smew::http::websocket
