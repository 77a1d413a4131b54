#include "sql/literals.hpp"

#include <gtest/gtest.h>

#include <random>

namespace smew::sql {
namespace {

// The form, and behind it the values; empty: there is none.
std::string form_of(std::string_view sql) {
    const std::optional<ParameterForm> form = parameter_form(sql);
    if (!form) return "";
    std::string text = form->sql;
    for (const Literal& literal : form->literals) {
        text += " | " + literal_value(literal) + (literal.stored ? " stored" : "");
    }
    return text;
}

TEST(ParameterForm, TakesWhatIsCompared) {
    EXPECT_EQ(form_of("SELECT * FROM t WHERE id = 17"), "SELECT * FROM t WHERE id = $1 | 17");
    EXPECT_EQ(form_of("select a from t where b='it''s' and c <> -5 or d>=12.50;"),
              "select a from t where b=$1 and c <> $2 or d>=$3 | it's | -5 | 12.50");
    EXPECT_EQ(form_of("SELECT 1 FROM t WHERE \"B c\" BETWEEN 1 AND 5 ORDER BY 2 LIMIT 3"),
              "SELECT 1 FROM t WHERE \"B c\" BETWEEN $1 AND $2 ORDER BY 2 LIMIT 3 | 1 | 5");
    EXPECT_EQ(form_of("DELETE FROM t WHERE lower(a) = 'x' RETURNING id"),
              "DELETE FROM t WHERE lower(a) = $1 RETURNING id | x");
    EXPECT_EQ(form_of("SELECT a = 1 AS b FROM t JOIN u ON t.i = 2 WHERE (c < 3) GROUP BY 1"),
              "SELECT a = $1 AS b FROM t JOIN u ON t.i = $2 WHERE (c < $3) GROUP BY 1 | 1 | 2 | 3");
}

TEST(ParameterForm, TakesWhatIsStored) {
    EXPECT_EQ(form_of("INSERT INTO t (a, b, c) VALUES (1, 'x', now()), (-2, NULL, f(3))"),
              "INSERT INTO t (a, b, c) VALUES ($1, $2, now()), ($3, NULL, f(3)) | 1 stored | x stored | -2 stored");
    EXPECT_EQ(form_of("UPDATE t SET a = 5, b = b + 1 WHERE id = 7"),
              "UPDATE t SET a = $1, b = b + 1 WHERE id = $2 | 5 stored | 7");
    EXPECT_EQ(form_of("INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 'z' WHERE t.a = 4"),
              "INSERT INTO t VALUES ($1) ON CONFLICT (a) DO UPDATE SET b = $2 WHERE t.a = $3 | 1 stored | z | 4");
}

// Where a parameter would mean something else, or keep the engine from seeing what it must see when it plans.
TEST(ParameterForm, LeavesTheRest) {
    for (const char* const sql : {"SELECT 1",
                                  "SELECT 'a', 2 FROM t ORDER BY 1 LIMIT 10 OFFSET 5",
                                  "SELECT * FROM t WHERE 1 = 1",
                                  "SELECT * FROM t WHERE a = 1 + b",
                                  "SELECT * FROM t WHERE a = 1::text",
                                  "SELECT * FROM t WHERE a = 'x' || b",
                                  "SELECT * FROM t WHERE a = 'x' COLLATE \"C\"",
                                  "SELECT * FROM t WHERE a = 'x'\n'y'",
                                  "SELECT * FROM t WHERE a = DATE '2024-01-01'",
                                  "SELECT * FROM t WHERE a LIKE 'x%'",
                                  "SELECT * FROM t WHERE a IN (1, 2)",
                                  "SELECT * FROM t WHERE a = E'\\n'",
                                  "SELECT * FROM t WHERE a = $$x$$",
                                  "SELECT * FROM t WHERE a = B'1' AND b = X'ff' AND c = U&'\\0061'",
                                  "SELECT * FROM t WHERE a = 1e3",
                                  "SELECT * FROM t WHERE a = 0x1F OR b = 1_000",
                                  "SELECT * FROM t WHERE a = .5 OR b = 5.",
                                  "SELECT f(a => 1, b := 2) FROM t",
                                  "SELECT * FROM t WHERE a @> 'x' AND b -> 'c' AND d ~ 'e'",
                                  "SELECT round(x, 2) FROM t",
                                  "SELECT * FROM (VALUES (1), (2)) v",
                                  "INSERT INTO t SELECT 1, 'a'",
                                  "SELECT * FROM t WHERE a = 1 AND b = $1",
                                  "SELECT * FROM t WHERE a = 1; SELECT 2",
                                  "CREATE TABLE t (a INT)",
                                  "CREATE VIEW v AS SELECT * FROM t WHERE a = 1",
                                  "EXPLAIN SELECT * FROM t WHERE a = 1",
                                  "SET a = 5",
                                  "COPY t FROM 'x'",
                                  "SELECT * FROM t WHERE a = 'unterminated",
                                  "",
                                  ";",
                                  "= 1"}) {
        EXPECT_EQ(form_of(sql), "") << sql;
    }
}

TEST(ParameterForm, HasALimit) {
    std::string sql = "INSERT INTO t VALUES (0";
    for (int i = 1; i < 64; ++i) sql += ", 1";
    EXPECT_NE(form_of(sql + ")"), "");
    EXPECT_EQ(form_of(sql + ", 1)"), "");
}

TEST(ParameterForm, FindsPlacesAgain) {
    const std::string_view sql = "SELECT * FROM t WHERE a = 'long text' AND b = 2 AND broken";
    const auto form = parameter_form(sql);
    ASSERT_TRUE(form);
    for (const std::string_view word : {"FROM", "AND b", "AND broken", "broken"}) {
        EXPECT_EQ(original_offset(*form, sql, form->sql.find(word)), sql.find(word)) << word;
    }
    EXPECT_EQ(original_offset(*form, sql, form->sql.find("$1")), sql.find('\''));
    EXPECT_EQ(original_offset(*form, sql, form->sql.size()), sql.size());
}

// Whatever the text, nothing but the literals is replaced.
TEST(ParameterForm, LosesNothingOfAnyText) {
    constexpr std::string_view kPieces[] = {
        "SELECT ", "INSERT ", "VALUES ", "WHERE ", "a ",   "\"b\" ",  "= ", "<",        ">",    "-",
        "(",       ")",       ", ",      "1",      "2.5 ", "'x''y' ", "'",  "BETWEEN ", "AND ", "/* ",
        "*/ ",     "--\n",    "$$",      ";",      "SET ", "UPDATE ", "::", "ü",        "\0"};
    std::mt19937 random(17);
    int forms = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::string sql(i % 2 == 0 ? "SELECT * FROM t WHERE a = 1 AND " : "INSERT INTO t VALUES (1, ");
        for (int n = 0; n < 12; ++n) sql += kPieces[random() % std::size(kPieces)];
        const auto form = parameter_form(sql);
        if (!form) continue;
        ++forms;
        std::string expected;
        std::size_t copied = 0;
        for (std::size_t n = 0; n < form->literals.size(); ++n) {
            const std::string_view written = form->literals[n].written;
            const auto begin = static_cast<std::size_t>(written.data() - sql.data());
            expected += sql.substr(copied, begin - copied) + '$' + std::to_string(n + 1);
            copied = begin + written.size();
        }
        expected += sql.substr(copied);
        ASSERT_TRUE(expected.starts_with(form->sql)) << sql << "\n" << form->sql;  // blanks and comments end it
    }
    EXPECT_GT(forms, 1'000);
}

}  // namespace
}  // namespace smew::sql
