#include "engine/loader_expression.hpp"

#include "engine/loader_test_fixture.hpp"

namespace smew::engine::loader {
namespace {

const std::vector<std::string> kColumns = {"id", "Name", "tags", "doc", "we\"ird", "made"};

class Expression : public LoaderTest {
protected:
    Expression() : database_(*JobDatabase::open({path("x")}, limits_, cancel_)) {}

    Result<std::string> check(const std::string& text) {
        return checked_expression(*database_, "the condition", text, kColumns);
    }
    std::string code(const std::string& text) {
        const auto checked = check(text);
        return checked ? "allowed: " + *checked : std::string(checked.error().code.text());
    }
    std::string type(const std::string& text) {
        const auto checked = checked_type(*database_, text);
        return checked ? *checked : std::string(checked.error().code.text());
    }

    std::unique_ptr<JobDatabase> database_;
};

TEST_F(Expression, AllowsWhatConditionsAreMadeOf) {
    for (const char* text : {"id > 5 AND NAME LIKE 'a%'",
                             "id IN (1, 2, 3)",
                             "id BETWEEN 1 AND 2 OR id IS NULL",
                             "\"Name\" = 'x' -- why\n",
                             "CASE WHEN id = 1 THEN true ELSE false END",
                             "list_contains(tags, 'x')",
                             "\"we\"\"ird\" <> 'O''Brien'",
                             "len(list_filter(tags, lambda x: x <> Name)) > 0",
                             "doc -> 'a' IS NOT NULL",
                             "doc ->> '$.a' = 'b'",
                             "made < current_timestamp - INTERVAL '1 day'",
                             "made::DATE = current_date",
                             "CAST(id AS DECIMAL(10, 2)) > 1.5",
                             "coalesce(nullif(name, ''), 'x') ~ 'a+'",
                             "upper(name) IN ('A')",
                             "name COLLATE NOCASE = 'x'",
                             "[i * 2 for i in [1, 2] if i > 1] = [4]",
                             "doc.a = 1",
                             "tags[1] = 'x'",
                             "{'a': id}.a = 1",
                             "TRY(id / 0) IS NULL",
                             "extract(year FROM made) = 2024",
                             "name::ENUM('a', 'b') = 'a'",
                             "trim(name) = ''",
                             "random() < 0.5"}) {
        EXPECT_EQ(code(text).substr(0, 7), "allowed") << text << " gave " << code(text);
    }
}

TEST_F(Expression, GivesBackTheTreeAndNotTheText) {
    EXPECT_EQ(*check("id = 1 /* ) */ -- ;"), "((id = 1))");
}

TEST_F(Expression, MustBeExactlyOne) {
    for (const char* text : {"",
                             "  ",
                             "1, 2) --",
                             "true) FROM read_text('/etc/hostname') WHERE (true",
                             "true; DROP TABLE data",
                             "true); DROP TABLE data; SELECT (1",
                             "true) UNION SELECT (1",
                             "true) ORDER BY (1",
                             "true) LIMIT (1",
                             "true), (false",
                             "true) AS x --",
                             "id = ",
                             "(((",
                             "1 /*",
                             "true) GROUP BY ALL --",
                             "SELECT",
                             "'unterminated",
                             "true) x, (1",
                             "true) WHERE (1=1",
                             "COPY data TO '/tmp/x'",
                             "ATTACH '/tmp/x' AS y",
                             "\"unterminated",
                             "$$"}) {
        EXPECT_EQ(code(text), "42601") << text;
    }
    EXPECT_EQ(code(std::string("true\0--", 7)), "22023");
    EXPECT_EQ(code(std::string(100'000, '1')), "22023");
}

TEST_F(Expression, RefusesWhatReachesFurther) {
    for (const char* text : {"(SELECT true)",
                             "EXISTS (SELECT 1)",
                             "id IN (SELECT 1)",
                             "id = ANY (SELECT 1)",
                             "ARRAY(SELECT 1) = []",
                             "(SELECT content FROM read_text('/etc/hostname')) = ''",
                             "read_text('/etc/hostname') IS NULL",
                             "\"read_text\"('/etc/hostname') IS NULL",
                             "main.\"ReAd_TeXt\"('x') IS NULL",
                             "glob('*') IS NULL",
                             "query('SELECT 1') = 1",
                             "id = $1",
                             "id = ?",
                             "id = $name",
                             "row_number() OVER () = 1",
                             "sum(id) OVER () > 1",
                             "COLUMNS(*) > 1",
                             "* = 1",
                             "unnest(tags) = 'x'",
                             "current_setting('temp_directory') = ''",
                             "system.main.current_setting('temp_directory') = ''",
                             "\"current_setting\"('x') = ''",
                             "getvariable('x') = 1",
                             "current_query() = ''",
                             "sleep_ms(1000) IS NULL",
                             "pg_sleep(100) IS NULL",
                             "nextval('s') = 1",
                             "setseed(0.1) IS NULL",
                             "json_serialize_plan('SELECT 1') = ''",
                             "write_log('x') IS NULL",
                             "stats(id) = ''",
                             "DEFAULT = 1",
                             "other.main.upper(name) = ''",
                             "pg_catalog.pg_get_viewdef(1) = ''",
                             "enable_logging() = 1",
                             "list_transform(tags, lambda x: (SELECT x)) = []",
                             "name::DECIMAL(getvariable('x'), 1) = 1"}) {
        const std::string given = code(text);
        EXPECT_TRUE(given == "42501" || given == "42601") << text << " gave " << given;
    }
}

TEST_F(Expression, RefusesAggregatesAndUnknownNames) {
    EXPECT_EQ(code("sum(id) > 1"), "42803");
    EXPECT_EQ(code("count(*) > 1"), "42803");
    EXPECT_EQ(code("count(DISTINCT id) > 1"), "42803");
    EXPECT_EQ(code("nope(id)"), "42883");
    EXPECT_EQ(code("\"no\"\"pe'\"(id)"), "42883");
    EXPECT_EQ(code("nope = 1"), "42703");
    EXPECT_EQ(code("other.id = 1"), "42703");
    EXPECT_EQ(code("rowid = 1"), "42703");
    EXPECT_EQ(code("current_user = 'x'"), "42703");
    EXPECT_NE(check("nope = 1").error().message.find("the condition: column \"nope\""), std::string::npos);
}

TEST_F(Expression, DeepNestingIsAnErrorAndNoCrash) {
    const std::string deep = std::string(20'000, '(') + "1" + std::string(20'000, ')');
    EXPECT_NE(code(deep).substr(0, 7), "allowed");
    std::string sum = "1";
    for (int i = 0; i < 20'000; ++i) sum += "+1";
    EXPECT_NE(code(sum).substr(0, 7), "allowed");
}

TEST_F(Expression, Types) {
    EXPECT_EQ(type("int"), "INTEGER");
    EXPECT_EQ(type("numeric(12, 2)"), "DECIMAL(12,2)");
    EXPECT_EQ(type("Text"), "VARCHAR");
    EXPECT_EQ(type("timestamptz"), "TIMESTAMP WITH TIME ZONE");
    EXPECT_EQ(type("STRUCT(a INT, \"b c\" VARCHAR[])"), "STRUCT(a INTEGER, \"b c\" VARCHAR[])");
    EXPECT_EQ(type("MAP(VARCHAR, DECIMAL(5,1))"), "MAP(VARCHAR, DECIMAL(5,1))");
    EXPECT_EQ(type("ENUM('a', 'it''s')"), "ENUM('a', 'it''s')");
    EXPECT_EQ(type("json"), "JSON");
    EXPECT_EQ(type("uuid"), "UUID");
    EXPECT_EQ(type("double precision"), "DOUBLE");
    EXPECT_EQ(type("nope"), "42704");
    EXPECT_EQ(type("DECIMAL(99,2)"), "42704");
    for (const char* text : {"", "INTEGER)", "INTEGER), (1", "INTEGER) + CAST(1 AS INTEGER", "INTEGER NOT NULL",
                             "INTEGER PRIMARY KEY", "INTEGER, b INTEGER", "INTEGER) FROM t --", "INTEGER; DROP TABLE x",
                             "INTEGER DEFAULT 1", "INTEGER /*", "INTEGER) AS x --"}) {
        EXPECT_EQ(type(text), "42601") << text;
    }
    EXPECT_EQ(type("\"NULL\""), "42501");
    EXPECT_EQ(type("\"NULL\"[]"), "42501");
    EXPECT_NE(type("POINTER"), "POINTER");
    EXPECT_NE(type("ENUM((SELECT 'a'))").substr(0, 4), "ENUM");
}

TEST_F(Expression, NothingOutsideCanBeReadByTheJobsInstance) {
    file("secret.txt", "secret");
    for (const std::string& sql :
         {"SELECT * FROM read_text('" + path("secret.txt") + "')", "SELECT * FROM '" + path("secret.txt") + "'",
          "ATTACH '" + path("other.duckdb") + "'", "COPY (SELECT 1) TO '" + path("out.csv") + "'",
          std::string("SET enable_external_access=true"), std::string("INSTALL httpfs"), std::string("LOAD httpfs"),
          "SELECT * FROM read_csv('" + path("secret.txt") + "')", std::string("SELECT * FROM glob('/*')")}) {
        EXPECT_FALSE(database_->run(sql)) << sql;
    }
    EXPECT_EQ(files(), std::vector<std::string>{"secret.txt"});
}

}  // namespace
}  // namespace smew::engine::loader
