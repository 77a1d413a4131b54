#include "http/sql_text.hpp"

#include <gtest/gtest.h>

namespace smew::http {
namespace {

TEST(SqlText, QuotesAreDoubled) {
    EXPECT_EQ(quote_identifier(R"(a"b)"), R"("a""b")");
    EXPECT_EQ(quote_literal("it's"), "'it''s'");
}

TEST(SqlText, ExpressionsThatStayInTheirParentheses) {
    for (const char* text : {"a > 1", "name = 'it''s; -- fine /* too */'", R"("odd ; name" IS NULL)",
                             "(a OR b) AND c[1] = {'k': 2}['k']", "d > DATE'2020-01-01'", "note = 'C:\\'",
                             "a - -1 > b / 2 * 3", "a = (SELECT max(b) FROM t)", "name = '$1 ?'"}) {
        const Result<void> fine = check_expression(text);
        EXPECT_TRUE(fine) << text << ": " << fine.error().message;
    }
}

TEST(SqlText, ExpressionsThatWouldGetOut) {
    for (const char* text : {"",
                             "  ",
                             "1=1) OR (1=1",
                             ") UNION SELECT 1 --",
                             "a; DROP TABLE t",
                             "a -- b",
                             "a /* b",
                             "a */ b",
                             "(a",
                             "a]",
                             "([a)]",
                             "'open",
                             "\"open",
                             "$$ text $$",
                             "$tag$ ) $tag$",
                             "a = ?",
                             "a = $1",
                             "E'a\\'",
                             "x = E'a'",
                             "x = e'a\\'; b'",
                             "E'a'\n'\\'' ) UNION SELECT 1 --'",
                             "1E'\\'' ) UNION SELECT 2 -- '",
                             "note = 'a\\') UNION SELECT 2 --'",
                             "xe'\\' OR (1=1"}) {
        EXPECT_FALSE(check_expression(text)) << text;
    }
    EXPECT_FALSE(check_expression(std::string_view("a\0b", 3)));
}

TEST(SqlText, TypesAreNames) {
    for (const char* type : {"VARCHAR", "DECIMAL(12,2)", "INTEGER[]", "STRUCT(a INTEGER, \"b c\" VARCHAR)",
                             "ENUM('a', 'b')", "TIMESTAMP WITH TIME ZONE", "MAP(VARCHAR, INTEGER)"}) {
        EXPECT_TRUE(check_type(type)) << type;
    }
    for (const char* type :
         {"", "1", "INTEGER; DROP", "INTEGER)", "INTEGER DEFAULT 1+1", "INTEGER -- x", "INT=1", "(INT)"}) {
        EXPECT_FALSE(check_type(type)) << type;
    }
}

}  // namespace
}  // namespace smew::http
