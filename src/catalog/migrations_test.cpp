#include "catalog/migrations.hpp"

#include "catalog/database.hpp"
#include "catalog/test_store.hpp"

#include <vector>

namespace smew::catalog {
namespace {

class MigrationsTest : public StoreTest {
protected:
    std::string migrate_with(const std::vector<Migration>& steps) {
        Connection connection(file(), Connection::Access::kReadWrite);
        try {
            migrate(connection, steps);
            return "ok";
        } catch (const ErrorException& failure) {
            message_ = failure.what();
            return std::string(failure.error().code.text());
        }
    }
    std::int64_t number(const std::string& sql) {
        Connection connection(file(), Connection::Access::kReadOnly);
        Statement found = connection.query(sql);
        found.step();
        return found.integer(0);
    }
    static std::vector<Migration> with_more(std::initializer_list<Migration> more) {
        std::vector<Migration> steps(migrations().begin(), migrations().end());
        steps.insert(steps.end(), more);
        return steps;
    }
    static std::int64_t version_after(int more) { return static_cast<std::int64_t>(migrations().size()) + more; }

    std::string message_;
};

TEST_F(MigrationsTest, AFreshStoreIsOfTheNewestVersion) {
    EXPECT_EQ(number("PRAGMA user_version"), static_cast<std::int64_t>(migrations().size()));
}

TEST_F(MigrationsTest, TheNextStepFindsTheDataOfVersionOne) {
    make_project();
    make_table();
    store_.reset();
    const auto steps =
        with_more({"ALTER TABLE tables ADD COLUMN owner TEXT NOT NULL DEFAULT 'nobody';"
                   "UPDATE tables SET owner = name;",
                   "CREATE TABLE more (x INTEGER) STRICT;"});
    EXPECT_EQ(migrate_with(steps), "ok");
    EXPECT_EQ(number("PRAGMA user_version"), version_after(2));
    EXPECT_EQ(number("SELECT count(*) FROM tables WHERE owner = 'orders'"), 1);
    EXPECT_EQ(migrate_with(steps), "ok");  // again: nothing is left to do
    EXPECT_EQ(number("PRAGMA user_version"), version_after(2));
}

TEST_F(MigrationsTest, AStepThatFailsLeavesTheVersionBeforeIt) {
    make_project();
    store_.reset();
    const auto steps =
        with_more({"CREATE TABLE good (x INTEGER) STRICT;", "CREATE TABLE half (x INTEGER); SELECT nonsense;"});
    EXPECT_NE(migrate_with(steps), "ok");
    EXPECT_EQ(number("PRAGMA user_version"), version_after(1));
    EXPECT_EQ(number("SELECT count(*) FROM sqlite_schema WHERE name IN ('good', 'half')"), 1);
    EXPECT_EQ(number("SELECT count(*) FROM projects"), 1);
}

TEST_F(MigrationsTest, ANewerStoreIsRefusedUntouched) {
    make_project();
    store_.reset();
    ASSERT_EQ(migrate_with(with_more({"CREATE TABLE future (x INTEGER) STRICT;"})), "ok");
    EXPECT_EQ(migrate_with(with_more({})), "55000");
    EXPECT_NE(message_.find("version " + std::to_string(version_after(1))), std::string::npos);
    EXPECT_NE(message_.find("version " + std::to_string(version_after(0))), std::string::npos);
    EXPECT_THROW(Store::open(file(), clock_), ErrorException);
    EXPECT_EQ(number("SELECT count(*) FROM projects"), 1);
}

// ---------------------------------------------------------------- the connection underneath

TEST_F(MigrationsTest, WritesAreDurableAndKeysForeign) {
    Connection connection(file(), Connection::Access::kReadWrite);
    const auto pragma = [&](const std::string& name) {
        Statement found = connection.query("PRAGMA " + name);
        found.step();
        return found.text(0);
    };
    EXPECT_EQ(pragma("journal_mode"), "wal");
    EXPECT_EQ(pragma("synchronous"), "2");  // FULL
    EXPECT_EQ(pragma("foreign_keys"), "1");
    EXPECT_THROW(connection.run("INSERT INTO buckets (project, schema, name, description, created_at) "
                                "VALUES (99, 's', 'n', '', 0)"),
                 ErrorException);
}

TEST_F(MigrationsTest, AReadingConnectionCannotWrite) {
    Connection connection(file(), Connection::Access::kReadOnly);
    EXPECT_THROW(connection.run("DELETE FROM projects"), ErrorException);
}

TEST_F(MigrationsTest, WhatThrowsOrFailsIsRolledBack) {
    Database database(file());
    const auto insert = [](Connection& db, const char* name) {
        db.run("INSERT INTO instance (name, value) VALUES (?1, 'x')", name);
    };
    EXPECT_THROW(database.write([&](Connection& db) -> int {
        insert(db, "thrown");
        throw std::logic_error("a bug");
    }),
                 std::logic_error);
    const auto failed = database.write([&](Connection& db) -> Result<int> {
        insert(db, "failed");
        return Error{.code = sqlstate::kInternalError};
    });
    EXPECT_FALSE(failed);
    const auto broken = database.write([&](Connection& db) -> Result<int> {
        insert(db, "broken");
        insert(db, "broken");  // the primary key refuses it
        return 1;
    });
    EXPECT_EQ(code_of(broken), "23000");
    EXPECT_TRUE(database.write([&](Connection& db) -> Result<int> {
        insert(db, "kept");
        return 1;
    }));
    EXPECT_EQ(number("SELECT count(*) FROM instance"), 1);
}

TEST_F(MigrationsTest, AStatementMayBeUsedWhileItIsInUse) {
    Connection connection(file(), Connection::Access::kReadWrite);
    const std::string sql = "SELECT column1 FROM (VALUES (1), (2))";
    Statement outer = connection.query(sql);
    int rows = 0;
    while (outer.step()) {
        Statement inner = connection.query(sql);
        while (inner.step()) ++rows;
    }
    EXPECT_EQ(rows, 4);
}

}  // namespace
}  // namespace smew::catalog
