#include "sql/normaliser.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace smew::sql {
namespace {

std::string text_of(std::string_view sql) {
    return normalise(sql).text;
}

TEST(Normaliser, ReplacesEveryFormOfLiteral) {
    EXPECT_EQ(text_of("SELECT 'it''s', E'a\\'b', $$raw$$, $t$ $$ $t$, 1, -2.5e+3, .5, 0xCAFE, 1_000 FROM t"),
              "SELECT ?, ?, ?, ?, ?, ?, ?, ?, ? FROM t");
    EXPECT_EQ(text_of("SELECT B'101', X'ff', N'n', U&'\\0061', date '2024-01-01', interval'1 day'"),
              "SELECT ?, ?, ?, U&?, date ?, interval?");
    EXPECT_EQ(text_of("SELECT TRUE, NULL, x IS NULL, y IS NOT TRUE FROM t WHERE z = false"),
              "SELECT ?, ?, x IS NULL, y IS NOT TRUE FROM t WHERE z = ?");
}

TEST(Normaliser, KeepsNamesParametersAndSymbols) {
    EXPECT_EQ(text_of("select \"My Table\".a2, $1::int from \"My Table\" where a2>=$2"),
              "select \"My Table\".a2, $1::int from \"My Table\" where a2>=$2");
}

TEST(Normaliser, LeavesOutCommentsAndLayout) {
    EXPECT_EQ(text_of("/* secret */ SELECT  a -- secret\n ,b\tFROM\nt /* nested /* secret */ */"),
              "SELECT a ,b FROM t");
}

TEST(Normaliser, CollapsesRowsAndLists) {
    EXPECT_EQ(text_of("INSERT INTO x VALUES (1, 'a', 2)"), "INSERT INTO x VALUES (?, ?, ?)");
    EXPECT_EQ(text_of("INSERT INTO x VALUES (1, -2), (3, 4),\n (5, 6) RETURNING a"),
              "INSERT INTO x VALUES (?, ?), ... RETURNING a");
    EXPECT_EQ(text_of("SELECT * FROM t WHERE a IN (1, 2, 3) AND b = ANY(ARRAY[1, 2])"),
              "SELECT * FROM t WHERE a IN (?, ...) AND b = ANY(ARRAY[?, ...])");
}

TEST(Normaliser, TellsTheSameOfStatementsThatDifferInLiterals) {
    const auto hash_text = [](std::string_view sql) { return normalise(sql).canonical; };
    EXPECT_EQ(hash_text("select a from t where b=1"), hash_text("SELECT a\nFROM t WHERE b = 'x' -- c"));
    EXPECT_EQ(hash_text("insert into t values (1)"), hash_text("INSERT INTO t VALUES (1), (2), (3)"));
    EXPECT_EQ(hash_text("select 5 - 3"), hash_text("select 5 - 4"));
    EXPECT_NE(hash_text("select a from t"), hash_text("select b from t"));
    EXPECT_NE(hash_text("select \"a\" from t"), hash_text("select \"A\" from t"));
}

TEST(Normaliser, MasksValuesInTheShapeOfWords) {
    EXPECT_EQ(text_of("SET x = secret"), "SET x = ?");
    EXPECT_EQ(text_of("set local app.token to secret, more; SELECT a"), "set local app.token to ?; SELECT a");
    EXPECT_EQ(text_of("SET TIME ZONE secret"), "SET TIME ZONE ?");
    EXPECT_EQ(text_of("ALTER ROLE r WITH LOGIN PASSWORD secret VALID UNTIL tomorrow"),
              "ALTER ROLE r WITH LOGIN PASSWORD ?");
    EXPECT_EQ(text_of("CREATE USER u PASSWORD secret"), "CREATE USER u PASSWORD ?");
    EXPECT_EQ(text_of("ALTER DATABASE d SET x TO secret"), "ALTER DATABASE d SET x TO ?");
    EXPECT_EQ(text_of("CREATE OR REPLACE SECRET s (TYPE s3, KEY_ID secret)"), "CREATE OR REPLACE SECRET s ?");
    EXPECT_EQ(text_of("PRAGMA x=secret"), "PRAGMA x= ?");
    // What is no such statement keeps its names.
    EXPECT_EQ(text_of("UPDATE t SET a = b"), "UPDATE t SET a = b");
    EXPECT_EQ(text_of("ALTER TABLE t RENAME a TO b"), "ALTER TABLE t RENAME a TO b");
    EXPECT_EQ(text_of("SELECT password FROM users WHERE a = password"),
              "SELECT password FROM users WHERE a = password");
    EXPECT_EQ(text_of("SET TRANSACTION ISOLATION LEVEL READ COMMITTED"),
              "SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
}

TEST(Normaliser, TellsOnlyTheFirstWordOfATextItCannotRead) {
    EXPECT_EQ(text_of("SELECT 'it's secret'"), "SELECT ...");
    EXPECT_FALSE(normalise("SELECT 'secret").whole);
    EXPECT_EQ(text_of("secret 'secret"), "...");
    EXPECT_EQ(text_of("SELECT /* secret"), "SELECT ...");
    // A blank of Unicode before an E-string, which the lexer takes for a part of the word.
    EXPECT_EQ(text_of("SELECT a\u00a0e'\\' secret'"), "SELECT ...");
}

// ---------------------------------------------------------------- planted literals

constexpr std::string_view kPlanted = "zqsecretzq";

// Literals that hold the planted word, in all forms the engine knows.
std::string planted_literal(std::mt19937& random) {
    const std::string word(kPlanted);
    const std::vector<std::string> forms{"'" + word + "'",
                                         "'a''" + word + "''b'",
                                         "E'\\'" + word + "\\\\'",
                                         "e'x\\'" + word + "'",
                                         "$$" + word + "$$",
                                         "$q$'" + word + "$$$q$",
                                         "N'" + word + "'",
                                         "U&'" + word + "\\0061'",
                                         "x'" + word + "'",
                                         "B'" + word + "'",
                                         "''''||'" + word + "'",
                                         "'-- " + word + "'",
                                         "'/* " + word + "'",
                                         "$$/*" + word + "$$",
                                         "'" + word + "\n" + word + "'",
                                         "1" + word,
                                         "0x" + word,
                                         "'\\'||'" + word + "'",
                                         "E'\\\\'||'" + word + "'",
                                         "$"
                                         "$'$$||'" +
                                             word + "'"};
    return forms[random() % forms.size()];
}

std::string planted_comment(std::mt19937& random) {
    const std::string word(kPlanted);
    const std::vector<std::string> forms{" ",
                                         "\n",
                                         " /* " + word + " */ ",
                                         " -- " + word + "'\n",
                                         "/* /* " + word + " */ ' */",
                                         "\t",
                                         "--$$" + word + "\n"};
    return forms[random() % forms.size()];
}

std::string planted_statement(std::mt19937& random) {
    static const std::vector<std::string> kParts{
        "SELECT", "FROM", "t",    "WHERE", "a",        "=",   "(",   ")",  ",",     "INSERT INTO", "VALUES", "IN (",
        "::",     "text", "+",    "-",     "[",        "]",   "AND", "$1", "\"q\"", "COPY",        "FROM",   "date",
        "ARRAY[", "E",    "LIKE", "e",     "interval", "SET", "TO",  "||", "{",     "}",           ":",      "u"};
    std::string sql;
    for (std::size_t i = 0, parts = 1 + random() % 20; i < parts; ++i) {
        sql += random() % 3 == 0 ? planted_literal(random) : kParts[random() % kParts.size()];
        sql += planted_comment(random);
    }
    return sql;
}

TEST(Normaliser, NoPlantedLiteralComesThrough) {
    std::mt19937 random(20'260'101);
    for (int i = 0; i < 50'000; ++i) {
        const std::string sql = planted_statement(random);
        const Normalised normalised = normalise(sql);
        ASSERT_EQ(normalised.text.find(kPlanted), std::string::npos) << sql << "\n" << normalised.text;
        ASSERT_EQ(normalised.canonical.find(kPlanted), std::string::npos) << sql;
    }
}

TEST(Normaliser, NoPlantedLiteralComesThroughOfATextThatWasCut) {
    std::mt19937 random(7);
    for (int i = 0; i < 5'000; ++i) {
        const std::string sql = planted_statement(random);
        const std::string cut = sql.substr(0, random() % (sql.size() + 1));
        // Half of the word is a leak, too.
        ASSERT_EQ(text_of(cut).find("zqsecre"), std::string::npos) << cut;
    }
}

// Text without meaning: it must come to an end and give what it gives for its own result.
TEST(Normaliser, TakesAnyBytes) {
    std::mt19937 random(3);
    constexpr std::string_view kBytes = "'\"$\\/*-eE;()1x \n\xc3\xa9";
    for (int i = 0; i < 20'000; ++i) {
        std::string sql;
        for (std::size_t n = random() % 30; n > 0; --n) sql += kBytes[random() % kBytes.size()];
        EXPECT_LE(normalise(sql).text.size(), sql.size() + 16) << sql;
    }
}

}  // namespace
}  // namespace smew::sql
