// Every attack that was seen to work on an unguarded DuckDB (docs/adr/, sandbox), each in many disguises. All must be
// refused, leave every file as it was, tell no path, and leave the instance in working order.
#include "engine/engine_test_support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <sstream>

namespace smew::engine::test {
namespace {

// The lists are in testdata/. FILE stands for the version file of in_c_sales.orders, OWN for the workspace's own
// database, DIR for the temp directory.

std::vector<std::string> attacks(const std::string& list) {
    std::ifstream file(SMEW_SOURCE_DIR "/src/engine/testdata/attack_" + list + ".txt");
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) {
        if (!line.empty() && line[0] != '#') lines.push_back(line);
    }
    return lines;
}

class Attacks : public ::testing::Test {
protected:
    Attacks() {
        workspace.publish("in_c_sales", "orders", 17, "SELECT i AS id, i * 10 AS amount FROM range(4) t(i)");
        run(db, "CREATE TABLE mine AS SELECT 1 AS id, 'x' AS name").value();
        run(db, "SELECT * FROM in_c_sales.orders").value();  // attached, as an attacker would see to
        before = disk();
    }

    std::string filled(std::string sql) const {
        for (const auto& [mark, text] : {std::pair<std::string, std::string>{"FILE", workspace.version_file(17)},
                                         {"OWN", workspace.directory() / "workspace.duckdb"},
                                         {"DIR", workspace.directory() / "temp"}}) {
            for (std::size_t at = sql.find(mark); at != std::string::npos; at = sql.find(mark, at + text.size()))
                sql.replace(at, mark.size(), text);
        }
        return sql;
    }

    void expect_refused(const std::string& attack) {
        const std::string sql = filled(attack);
        const auto rows = run(db, sql);
        ++count;
        EXPECT_FALSE(rows) << sql;
        if (rows) return;
        const Error& error = rows.error();
        EXPECT_NE(error.code.error_class(), "XX") << sql << "\n" << error.message << "\n" << error.detail;
        // What the attacker wrote may come back; what he did not know may not.
        const std::string told = error.message + error.detail + error.hint;
        const bool own_words = sql.find(workspace.directory()) != std::string::npos;
        EXPECT_TRUE(own_words || told.find(workspace.directory()) == std::string::npos) << sql << "\n" << told;
    }

    // What stands on the disk, but for the workspace's own database.
    std::map<std::string, std::string> disk() const {
        std::map<std::string, std::string> files;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(workspace.directory())) {
            if (!entry.is_regular_file() || entry.path().filename().string().rfind("workspace.duckdb", 0) == 0)
                continue;
            std::stringstream content;
            content << std::ifstream(entry.path(), std::ios::binary).rdbuf();
            files[entry.path()] = content.str();
        }
        return files;
    }

    void TearDown() override {
        EXPECT_EQ(value(db, "SELECT count(*) FROM in_c_sales.orders"), "4");
        EXPECT_EQ(value(db, "SELECT abs(-2) + count(*) FROM mine"), "3");
        EXPECT_FALSE(workspace.instance().broken());
        EXPECT_TRUE(disk() == before) << "a file was made, changed or removed";
    }

    Workspace workspace;
    Connection& db = workspace.connection();
    std::map<std::string, std::string> before;
    int count = 0;
};

std::string swapped_case(std::string sql) {
    bool quoted = false;
    for (char& c : sql) {
        if (c == '\'' || c == '"') quoted = !quoted;
        if (!quoted) c = static_cast<char>(std::islower(static_cast<unsigned char>(c)) ? std::toupper(c) : c);
    }
    return sql;
}

// Blanks outside quotes become comments.
std::string commented(const std::string& sql) {
    std::string out = "/* SELECT 1; */ -- ;\n";
    bool quoted = false;
    for (const char c : sql) {
        if (c == '\'' || c == '"') quoted = !quoted;
        out += c == ' ' && !quoted ? "/* x */\n" : std::string(1, c);
    }
    return out;
}

TEST_F(Attacks, StatementsInEveryDisguise) {
    const std::vector<std::function<std::string(const std::string&)>> disguises = {
        [](const std::string& sql) { return sql; },
        [](const std::string& sql) { return swapped_case(sql); },
        [](const std::string& sql) { return commented(sql); },
        [](const std::string& sql) { return ";;" + sql + ";"; },
        [](const std::string& sql) { return "SELECT 1; " + sql; },
        [](const std::string& sql) { return "EXPLAIN " + sql; },
        [](const std::string& sql) { return "EXPLAIN ANALYZE " + sql; },
        [](const std::string& sql) { return "PREPARE s AS " + sql; },
    };
    for (const std::string& statement : attacks("statements")) {
        for (const auto& disguise : disguises) expect_refused(disguise(statement));
    }
    EXPECT_GT(count, 1000);
}

TEST_F(Attacks, TablesInEveryPlace) {
    const std::vector<std::string> places = {
        "SELECT * FROM @",
        "FROM @",
        "select count(*) from @ as t",
        "TABLE @",
        "EXPLAIN SELECT * FROM @",
        "EXPLAIN ANALYZE SELECT * FROM @",
        "WITH c AS (SELECT * FROM @) SELECT * FROM c",
        "WITH RECURSIVE c AS (SELECT 1 AS x UNION ALL SELECT x FROM c, @) SELECT * FROM c",
        "SELECT (SELECT count(*) FROM @)",
        "SELECT 1 WHERE EXISTS (SELECT * FROM @)",
        "SELECT * FROM mine, LATERAL (SELECT * FROM @) l",
        "SELECT * FROM mine JOIN @ ON true",
        "SELECT 1 UNION ALL SELECT count(*) FROM @",
        "CREATE TABLE stolen AS SELECT * FROM @",
        "INSERT INTO mine SELECT 1, 'x' FROM @",
        "UPDATE mine SET id = 2 FROM @",
        "DELETE FROM mine WHERE id IN (SELECT 1 FROM @)",
        "DESCRIBE SELECT * FROM @",
        "SUMMARIZE SELECT * FROM @",
        "SELECT * FROM (PIVOT @ ON 1 IN (1) USING count(*))",
        "CREATE TYPE e AS ENUM (SELECT 'a' FROM @)",
        "SELECT unnest(ARRAY(SELECT 1 FROM @))",
    };
    for (const std::string& attack : attacks("tables")) {
        for (std::string place : places) expect_refused(place.replace(place.find('@'), 1, attack));
    }
    EXPECT_GT(count, 1000);
}

TEST_F(Attacks, FunctionsInEveryPlace) {
    const std::vector<std::string> places = {
        "SELECT @ FROM mine",
        "SELECT id FROM mine WHERE @ IS NOT NULL",
        "SELECT id FROM mine ORDER BY @",
        "SELECT count(*) FROM mine GROUP BY @",
        "SELECT max(id) OVER (ORDER BY @) FROM mine",
        "EXPLAIN SELECT @ FROM mine",
        "EXPLAIN ANALYZE SELECT @ FROM mine",
        "WITH c AS (SELECT @ FROM mine) SELECT * FROM c",
        "SELECT CASE WHEN true THEN @ END FROM mine",
        "UPDATE mine SET name = @",
        "DELETE FROM mine WHERE @ IS NULL",
        "INSERT INTO mine SELECT 1, @ FROM mine",
        "SELECT list_transform([1], x -> @) FROM mine",
        "SELECT /* */ @ -- x\n FROM mine",
        "SELECT coalesce(@, NULL) FROM mine",
        "SELECT id FROM mine LIMIT (SELECT @ FROM mine)",
    };
    for (const std::string& attack : attacks("functions")) {
        for (std::string place : places) expect_refused(place.replace(place.find('@'), 1, attack));
    }
    EXPECT_GT(count, 170);
}

TEST_F(Attacks, BehindViewsAndMacros) {
    // Some of these can be made, since DuckDB binds them late; none can be used.
    for (const std::string& attack : attacks("tables")) {
        (void)run(db, filled("CREATE OR REPLACE VIEW v AS SELECT * FROM " + attack));
        expect_refused("SELECT * FROM v");
        (void)run(db, "DROP VIEW IF EXISTS v");
        (void)run(db, filled("CREATE OR REPLACE MACRO m() AS TABLE SELECT * FROM " + attack));
        expect_refused("SELECT * FROM m()");
        (void)run(db, filled("CREATE OR REPLACE MACRO p(a) AS (SELECT count(*) FROM " + attack + ")"));
        expect_refused("SELECT p(1)");
        for (const char* drop : {"DROP MACRO TABLE IF EXISTS m", "DROP MACRO IF EXISTS p"}) (void)run(db, drop);
    }
    for (const std::string& attack : attacks("functions")) {
        (void)run(db, "CREATE OR REPLACE MACRO f(id) AS " + attack);
        expect_refused("SELECT f(id) FROM mine");
        (void)run(db, "DROP MACRO IF EXISTS f");
        expect_refused("CREATE TABLE d (id INT, x VARCHAR DEFAULT " + attack + "); INSERT INTO d (id) VALUES (1)");
        (void)run(db, "DROP TABLE IF EXISTS d");
    }
}

TEST_F(Attacks, WithParametersAndPreparedStatements) {
    for (const char* sql : {"SELECT * FROM read_csv($1)", "SELECT * FROM glob($1)", "SELECT current_setting($1)",
                            "SELECT * FROM query($1)"}) {
        const auto prepared = prepare(db, sql, {25});
        if (!prepared) continue;
        EXPECT_FALSE(read(**prepared, {TextValue{"/etc/passwd"}})) << sql;
    }
}

// current_setting() and pg_settings answer from the session, which knows nothing of DuckDB's settings.
TEST_F(Attacks, SettingsTellNothingOfTheServer) {
    for (const char* name : {"'temp_directory'", "'allowed_directories'", "'home_' || 'directory'", "'memory_limit'",
                             "'secret_directory'", "'TEMP_DIRECTORY'"}) {
        const std::string asked = std::string("current_setting(") + name;
        EXPECT_EQ(code(db, "SELECT " + asked + ")"), "42704") << name;
        EXPECT_EQ(code(db, "SELECT pg_catalog." + asked + ")"), "42704") << name;
        EXPECT_EQ(value(db, "SELECT " + asked + ", true)"), "NULL") << name;
    }
    const std::string names =
        value(db, "SELECT coalesce(string_agg(name || '=' || setting, ' '), '') FROM pg_settings");
    for (const char* secret : {"directory", "memory", "extension", "/"}) {
        EXPECT_EQ(names.find(secret), std::string::npos) << names;
    }
}

TEST_F(Attacks, MalformedTextIsRefusedQuietly) {
    using namespace std::string_literals;
    for (const std::string& sql : std::vector<std::string>{
             "SELECT '\xff\xfe'"s, "SELECT 1\0; SELECT 2"s, "\xc3\x28"s, std::string(100000, '('),
             "SELECT " + std::string(20000, '-') + "1 FROM", "SELECT '", "SELECT \"", "/* never closed"s, "SELECT $$x"s,
             "SELECT $1a"s, "SELECT $99999999999999999999"s, "SELECT $70000"s}) {
        const auto rows = run(db, sql);
        ASSERT_FALSE(rows) << sql.substr(0, 40);
        EXPECT_NE(rows.error().code.error_class(), "XX") << sql.substr(0, 40) << rows.error().message;
    }
}

TEST_F(Attacks, DeepNestingEndsInAnError) {
    std::string sum = "1", unions = "SELECT 1", subqueries = "SELECT 1 AS x";
    for (int i = 0; i < 20000; ++i) sum += " + 1";
    for (int i = 0; i < 5000; ++i) unions += " UNION ALL SELECT 1";
    for (int i = 0; i < 600; ++i) subqueries = "SELECT x FROM (" + subqueries + ") t";
    for (const std::string& sql : {"SELECT " + sum, unions, subqueries}) {
        const auto rows = run(db, sql);
        EXPECT_TRUE(rows || rows.error().code.error_class() != "XX") << (rows ? "" : rows.error().message);
    }
}

}  // namespace
}  // namespace smew::engine::test
