#include "engine/errors.hpp"

#include "engine/engine_test_support.hpp"

#include <duckdb/common/exception.hpp>
#include <gtest/gtest.h>

namespace smew::engine::test {
namespace {

struct Case {
    const char* sql;
    const char* code;
    const char* message;  // empty: not compared
    int position;         // -1: not compared
};

class Errors : public ::testing::Test {
protected:
    Errors() {
        for (const char* sql :
             {"CREATE TABLE t (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, age INT CHECK (age > 0), mail VARCHAR "
              "UNIQUE)",
              "CREATE TABLE child (t INTEGER REFERENCES t (id))", "INSERT INTO t VALUES (1, 'a', 1, 'm')",
              "CREATE VIEW v AS SELECT 1 AS x", "CREATE SEQUENCE s", "CREATE SCHEMA other",
              "CREATE MACRO plus(a) AS a + 1", "CREATE TYPE mood AS ENUM ('ok')"}) {
            run(db, sql).value();
        }
    }
    Workspace workspace;
    Connection& db = workspace.connection();
};

const Case kCases[] = {
    {"SELEC 1", "42601", "syntax error at or near \"SELEC\"", 1},
    {"SELECT 1 FROM WHERE", "42601", "syntax error at or near \"WHERE\"", 15},
    {"SELECT 'ä', (", "42601", "syntax error at end of input", 14},
    {"SELECT 'äöü' FROM WHERE", "42601", "syntax error at or near \"WHERE\"", 19},
    {"SELECT * FROM nothing", "42P01", "relation \"nothing\" does not exist", 15},
    {"SELECT 'äöü', * FROM nothing", "42P01", "relation \"nothing\" does not exist", 22},
    {"SELECT * FROM nowhere.t", "42P01", "relation \"nowhere.t\" does not exist", 15},
    {"SELECT x.id FROM t", "42P01", "", 8},
    {"SELECT nam FROM t", "42703", "column \"nam\" does not exist", 8},
    {"SELECT t.nam FROM t", "42703", "column \"nam\" does not exist", 8},
    {"SELECT cmax FROM t", "0A000", "system column \"cmax\" is not supported", 8},
    {"SELECT t.tableoid FROM t", "0A000", "system column \"tableoid\" is not supported", 8},
    {"INSERT INTO t (nothing) VALUES (1)", "42703", "", -1},
    {"UPDATE t SET nothing = 1", "42703", "", -1},
    {"SELECT nothing(1)", "42883", "function nothing does not exist", 8},
    {"SELECT abs('x', 'y')", "42883", "", 8},
    {"SELECT id FROM t a, t b", "42702", "", 8},
    {"SELECT name, count(*) FROM t", "42803", "", 8},
    {"SELECT 1 WHERE count(*) > 1", "42803", "", -1},
    {"CREATE TABLE t (i INT)", "42P07", "relation \"t\" already exists", -1},
    {"CREATE VIEW v AS SELECT 1", "42P07", "relation \"v\" already exists", -1},
    {"CREATE SCHEMA other", "42P06", "schema \"other\" already exists", -1},
    {"CREATE TYPE mood AS ENUM ('x')", "42710", "", -1},
    {"DROP TABLE nothing", "42P01", "relation \"nothing\" does not exist", -1},
    {"DROP VIEW nothing", "42P01", "relation \"nothing\" does not exist", -1},
    {"DROP SCHEMA nothing", "3F000", "schema \"nothing\" does not exist", -1},
    {"DROP TYPE nothing", "42704", "type \"nothing\" does not exist", -1},
    {"INSERT INTO t VALUES (1, 'b', 1, 'n')", "23505", "duplicate key value violates primary key constraint", -1},
    {"INSERT INTO t VALUES (2, 'b', 1, 'm')", "23505", "duplicate key value violates unique constraint", -1},
    {"INSERT INTO t VALUES (2, NULL, 1, 'n')", "23502",
     "null value in column \"name\" of relation \"t\" violates not-null constraint", -1},
    {"INSERT INTO t VALUES (2, 'b', 0, 'n')", "23514", "new row for relation \"t\" violates check constraint", -1},
    {"INSERT INTO child VALUES (7)", "23503", "insert or update violates foreign key constraint", -1},
    {"SELECT 1 LIMIT -1", "2201W", "", -1},
    {"SELECT ln(0)", "2201E", "", -1},
    {"SELECT sqrt(-1)", "2201F", "", -1},
    {"SELECT 1 ORDER BY 2", "42P10", "", -1},
    {"SELECT 1 WHERE row_number() OVER () = 1", "42P20", "", -1},
    {"SELECT (SELECT 1, 2)", "42601", "", -1},
    {"SELECT regexp_matches('a', '(')", "2201B", "", -1},
    {"DROP TABLE v", "42809", "", -1},
    {"ALTER TABLE t ADD COLUMN name INT", "42701", "", -1},
    {"CREATE TABLE d (a INT, a INT)", "42701", "", -1},
    {"DROP TABLE t", "2BP01", "", -1},
    {"SELECT 'x'::nothing", "42704", "type \"nothing\" does not exist", 13},
    {"SELECT 'abc'::INTEGER", "22P02", "invalid input syntax for type integer: \"abc\"", -1},
    {"SELECT 'abc'::BIGINT", "22P02", "invalid input syntax for type bigint: \"abc\"", -1},
    {"SELECT '99999999999'::INTEGER", "22003", "value \"99999999999\" is out of range for type integer", -1},
    {"SELECT 'x'::BOOLEAN", "22P02", "invalid input syntax for type boolean: \"x\"", -1},
    {"SELECT 'x'::DATE", "22007", "invalid input syntax for type date: \"x\"", -1},
    {"SELECT 'x'::TIMESTAMP", "22007", "invalid input syntax for type timestamp: \"x\"", -1},
    {"SELECT '2020-13-45'::DATE", "22008", "", -1},
    {"SELECT 2147483647::INTEGER + 1::INTEGER", "22003", "integer out of range", -1},
    {"SELECT 9223372036854775807 + 1", "22003", "bigint out of range", -1},
    {"SELECT 300::TINYINT", "22003", "", -1},
    {"SELECT '{'::JSON", "22P02", "", -1},
    {"INSERT INTO t VALUES (1, 'b', 1, 'n')", "23505", "", -1},
    {"INSERT INTO t VALUES (2, 'b', 1, 'm')", "23505", "", -1},
    {"INSERT INTO t VALUES (2, NULL, 1, 'n')", "23502", "", -1},
    {"INSERT INTO t VALUES (2, 'b', -1, 'n')", "23514", "", -1},
    {"INSERT INTO child VALUES (77)", "23503", "", -1},
    {"INSERT INTO t VALUES (1)", "23505", "", -1},
    {"SELECT (SELECT * FROM range(3))", "21000", "", -1},
    {"SELECT 1 UNION SELECT 1, 2", "42601", "", -1},
    {"SELECT nextval('nothing')", "42P01", "", -1},
    {"SELECT error('boom')", "22023", "boom", -1},
    {"SELECT * FROM t AT (VERSION => 1)", "0A000", "", -1},
    {"SELECT repeat('x', 300000000) || i FROM range(5) r(i) ORDER BY 1", "53200", "", -1},
    {"SELECT $1", "08P01", "", -1},
};

TEST_F(Errors, HaveTheCodeWordingAndPositionOfPostgres) {
    for (const Case& c : kCases) {
        const auto rows = run(db, c.sql);
        ASSERT_FALSE(rows) << c.sql;
        EXPECT_EQ(rows.error().code.text(), c.code) << c.sql << ": " << rows.error().message;
        EXPECT_TRUE(*c.message == '\0' || rows.error().message == c.message) << c.sql << ": " << rows.error().message;
        EXPECT_TRUE(c.position < 0 || rows.error().position == c.position) << c.sql << ": " << rows.error().position;
        EXPECT_EQ(rows.error().message.find("Error:"), std::string::npos) << rows.error().message;
        EXPECT_EQ(rows.error().message.find("LINE "), std::string::npos) << rows.error().message;
    }
    EXPECT_FALSE(workspace.instance().broken());
}

TEST_F(Errors, ConflictsAreSerializationFailures) {
    auto other = workspace.connect();
    db.run_internal("BEGIN").value();
    other->run_internal("BEGIN").value();
    EXPECT_EQ(value(db, "UPDATE t SET age = 2"), "1");
    const auto conflict = run(*other, "UPDATE t SET age = 3");
    ASSERT_FALSE(conflict);
    EXPECT_EQ(conflict.error().code, sqlstate::kSerializationFailure) << conflict.error().message;
    EXPECT_EQ(code(*other, "SELECT 1"), "25P02");
    other->run_internal("ROLLBACK").value();
    db.run_internal("COMMIT").value();
    EXPECT_EQ(value(*other, "SELECT age FROM t"), "2");
}

TEST_F(Errors, GiveHints) {
    const Error error = run(db, "SELECT nam FROM t").error();
    EXPECT_NE(error.hint.find("name"), std::string::npos);
    EXPECT_EQ(run(db, "SELECT (SELECT * FROM range(3))").error().hint.find("SET "), std::string::npos);
}

TEST_F(Errors, HintsDoNotNameWhatIsMissing) {
    auto other = workspace.connect();
    other->run_internal("BEGIN").value();
    EXPECT_EQ(value(*other, "SELECT count(*) FROM t"), "1");
    for (const char* sql : {"CREATE TABLE late (i INT)", "CREATE TYPE late_mood AS ENUM ('x')"}) run(db, sql).value();
    EXPECT_EQ(run(*other, "SELECT * FROM late").error().hint, "");
    EXPECT_EQ(run(*other, "SELECT * FROM latr").error().hint, "Did you mean \"late\"?");
    EXPECT_EQ(run(*other, "SELECT 'x'::late_mood").error().hint, "");
    other->run_internal("ROLLBACK").value();
    EXPECT_EQ(value(*other, "SELECT count(*) FROM late"), "0");
}

TEST(ErrorMapping, SmewsOwnTravelThroughDuckDb) {
    const Error own{sqlstate::kReadOnlyTransaction, "no", "detail", "hint"};
    try {
        throw_through_duckdb(own);
    } catch (const std::exception& exception) {
        const Error back = to_error(exception);
        EXPECT_EQ(back.code, own.code);
        EXPECT_EQ(back.message, "no");
        EXPECT_EQ(back.detail, "detail");
        EXPECT_EQ(back.hint, "hint");
    }
}

TEST(ErrorMapping, ByTypeOfException) {
    using Type = duckdb::ExceptionType;
    const auto code_of = [](Type type, const char* message) {
        return std::string(to_error(duckdb::ErrorData(type, message)).code.text());
    };
    EXPECT_EQ(code_of(Type::OUT_OF_MEMORY, "failed to allocate"), "53200");
    EXPECT_EQ(code_of(Type::IO, "Could not write: No space left on device"), "53100");
    EXPECT_EQ(code_of(Type::IO, "Could not write: File too large"), "53100");
    EXPECT_EQ(code_of(Type::IO, "Could not read"), "58030");
    EXPECT_EQ(code_of(Type::FATAL, "x"), "XX000");
    EXPECT_EQ(code_of(Type::INTERNAL, "x"), "XX000");
    EXPECT_EQ(code_of(Type::INTERRUPT, "Interrupted!"), "57014");
    EXPECT_EQ(code_of(Type::PERMISSION, "x"), "42501");
    EXPECT_EQ(code_of(Type::NOT_IMPLEMENTED, "x"), "0A000");
    EXPECT_EQ(code_of(Type::DIVIDE_BY_ZERO, "x"), "22012");
    EXPECT_EQ(code_of(Type::TRANSACTION, "Conflict on update!"), "40001");
    EXPECT_EQ(code_of(Type::OUT_OF_MEMORY, "could not offload; max_temp_directory_size"), "53400");
    EXPECT_EQ(to_error(std::bad_alloc()).code, sqlstate::kOutOfMemory);
    EXPECT_EQ(to_error(duckdb::ErrorData()).code, sqlstate::kInternalError);
}

TEST(ErrorMapping, TellsNoPathAndNoAlias) {
    const auto message = [](const char* text) {
        const Error error = to_error(duckdb::ErrorData(duckdb::ExceptionType::IO, text));
        return error.message + error.detail + error.hint;
    };
    EXPECT_EQ(message("Cannot open file \"/srv/smew/p1/v17.duckdb\": No such file"),
              "Cannot open file \"(a file of the server)\": No such file");
    EXPECT_EQ(message("bad \"in_c_sales.orders@17\".main.data now"), "bad in_c_sales.orders now");
    EXPECT_EQ(without_aliases("in_c_sales.orders@17.main.data"), "in_c_sales.orders");
    EXPECT_EQ(without_aliases("mail a@1 or x.y@z"), "mail a@1 or x.y@z");
    EXPECT_EQ(without_paths("1/2 and a/b/c and http: //x"), "1/2 and a/b/c and http: //x");
    EXPECT_EQ(without_paths("/a/b-c/d.x: gone"), "(a file of the server): gone");
    EXPECT_EQ(without_paths(""), "");
}

}  // namespace
}  // namespace smew::engine::test
