#include "engine/engine_test_support.hpp"

#include <gtest/gtest.h>

namespace smew::engine::test {
namespace {

TEST(BuiltinCatalog, RelationsOfPostgresqlAreFoundWithAndWithoutTheirSchema) {
    Workspace workspace;
    EXPECT_EQ(value(workspace.connection(), "SELECT amname FROM pg_catalog.pg_am WHERE oid = 403"), "btree");
    EXPECT_EQ(value(workspace.connection(), "SELECT amname FROM pg_am WHERE oid = 2"), "heap");
}

TEST(BuiltinCatalog, MacrosAreFoundWithAndWithoutTheirSchema) {
    Workspace workspace;
    EXPECT_EQ(value(workspace.connection(), "SELECT pg_encoding_to_char(6)"), "UTF8");
    EXPECT_EQ(value(workspace.connection(), "SELECT pg_catalog.pg_encoding_to_char(6)"), "UTF8");
}

TEST(BuiltinCatalog, FunctionsOfTheEngineAreFoundInPgCatalog) {
    Workspace workspace;
    EXPECT_EQ(value(workspace.connection(), "SELECT pg_catalog.upper('a')"), "A");
}

TEST(BuiltinCatalog, AViewOfTheUsersOverThemWorks) {
    Workspace workspace;
    ASSERT_TRUE(run(workspace.connection(), "CREATE VIEW methods AS SELECT amname FROM pg_am"));
    EXPECT_EQ(value(workspace.connection(), "SELECT amname FROM methods ORDER BY amname"), "btree");
}

}  // namespace
}  // namespace smew::engine::test
