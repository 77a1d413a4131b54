#include "engine/version_files.hpp"

#include "engine/duckdb_instance.hpp"
#include "engine/engine_test_support.hpp"

#include <duckdb.hpp>
#include <gtest/gtest.h>

namespace smew::engine::test {
namespace {

class VersionFilesTest : public ::testing::Test {
protected:
    VersionFilesTest() {
        for (int id : {1, 2, 3}) {
            workspace.publish("in_c_a", "t", id, "SELECT " + std::to_string(id) + " AS x");
            versions.push_back({"in_c_a", "t", workspace.version_file(id), id});
        }
    }
    // Attaches in a transaction of its own.
    std::string attach(const TableVersion& version) {
        std::string alias;
        connection.context->RunFunctionInTransaction(
            [&] { alias = files.attach(version, *connection.context).value(); });
        return alias;
    }

    Workspace workspace;
    std::vector<TableVersion> versions;
    duckdb::DuckDB database{nullptr};
    duckdb::Connection connection{database};
    VersionFiles files{database};
    const VersionFiles::Clock::time_point later =
        VersionFiles::Clock::now() + VersionFiles::kKeepUnused + std::chrono::seconds(1);
};

TEST_F(VersionFilesTest, AttachesEachFileOnce) {
    EXPECT_EQ(attach(versions[0]), "in_c_a.t@1");
    EXPECT_EQ(attach(versions[0]), "in_c_a.t@1");
    EXPECT_EQ(files.attached(), 1U);
    EXPECT_TRUE(files.touch(versions[0].file));
    EXPECT_FALSE(files.touch(versions[1].file));
}

TEST_F(VersionFilesTest, DetachesWhatIsSupersededAndUnused) {
    attach(versions[0]);
    attach(versions[1]);
    files.release_superseded(VersionFiles::Clock::now());
    EXPECT_EQ(files.attached(), 2U);
    files.release_superseded(later);
    EXPECT_EQ(files.attached(), 1U);
    EXPECT_FALSE(files.touch(versions[0].file));
    files.release_superseded(later + std::chrono::hours(1));
    EXPECT_EQ(files.attached(), 1U) << "the current version stays";
}

TEST_F(VersionFilesTest, KeepsWhatATransactionUses) {
    duckdb::Connection reader(database);
    reader.BeginTransaction();
    const std::string alias = files.attach(versions[0], *reader.context).value();
    attach(versions[1]);
    files.release_superseded(later);
    EXPECT_EQ(files.attached(), 2U);
    EXPECT_EQ(reader.Query("SELECT x FROM " + sql_identifier(alias) + ".main.data")->GetValue(0, 0).ToString(), "1");
    reader.Commit();
    files.release_superseded(later);
    EXPECT_EQ(files.attached(), 1U);
    EXPECT_EQ(attach(versions[0]), "in_c_a.t@1") << "it can be attached again";
}

TEST_F(VersionFilesTest, RefusesAFileThatIsNone) {
    const TableVersion missing{"in_c_a", "t", workspace.directory() / "nothing.duckdb", 9};
    connection.context->RunFunctionInTransaction([&] {
        const auto attached = files.attach(missing, *connection.context);
        ASSERT_FALSE(attached);
        EXPECT_EQ(attached.error().code, sqlstate::kIoError);
        EXPECT_EQ(attached.error().detail.find("nothing.duckdb"), std::string::npos) << attached.error().detail;
    });
}

}  // namespace
}  // namespace smew::engine::test
