#include "storage/test_versions.hpp"

namespace smew::storage {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using catalog::new_key;

TEST_F(VersionsTest, CleaningRemovesOrphansAndNothingElse) {
    const auto first = create("orders", "first").value();
    publish(first, "second").value();
    const auto gone = create("gone", "gone").value();
    store_->delete_table(project_.id, "in.c-sales", "gone").value();
    const auto expected = in_store();
    ASSERT_EQ(expected.size(), 3U);

    std::ofstream(layout_.versions_dir(project_.number) / "orphan.duckdb") << "x";
    fs::create_directories(layout_.staging_dir(project_.number) / "tmp-1" / "deep");
    staged("half-made");
    const catalog::File file{.id = FileId("file_1"), .name = "a", .path = "projects/1/files/kept", .upload_key = "u"};
    store_->prepare_file(project_.id, file).value();
    std::ofstream(layout_.files_dir(project_.number) / "kept") << "x";
    std::ofstream(layout_.files_dir(project_.number) / "orphan") << "x";
    std::ofstream(layout_.absolute("projects") / "README") << "not ours";
    auto workspace = store_->create_workspace(catalog::new_workspace(project_.id, "abcd1234")).value();
    layout_.make_workspace(workspace.number, project_.number).value();
    std::ofstream(layout_.workspace_file(workspace.number)) << "x";

    versions_.clean_at_start();
    EXPECT_EQ(on_disk(), expected);
    EXPECT_EQ(content_of(layout_.absolute(gone.version_file)), "gone");  // collect() takes it in its time
    EXPECT_EQ(staging_count(), 0U);
    EXPECT_EQ(names_in(layout_.files_dir(project_.number)), std::vector<std::string>{"kept"});
    EXPECT_TRUE(fs::exists(layout_.absolute("projects/README")));
    EXPECT_TRUE(fs::exists(layout_.workspace_file(workspace.number)));
}

TEST_F(VersionsTest, CleaningRemovesDirectoriesOfWhatWasDeleted) {
    auto workspace = store_->create_workspace(catalog::new_workspace(project_.id, "abcd1234")).value();
    layout_.make_workspace(workspace.number, project_.number).value();
    create("orders", "first").value();
    store_->delete_project(project_.id).value();
    versions_.clean_at_start();
    EXPECT_TRUE(names_in(layout_.absolute("projects")).empty());
    EXPECT_TRUE(names_in(layout_.absolute("workspaces")).empty());
    clock_.advance(1s);
    versions_.collect(0s, clock_);  // the rows of files that are gone already
    EXPECT_TRUE(store_->version_files().empty());
}

TEST_F(VersionsTest, CleaningMakesDirectoriesThatACrashLeftUnmade) {
    const auto other = store_->create_project(ProjectId("p2"), "two", "", "{}", new_key("key_2")).value();
    versions_.clean_at_start();
    EXPECT_TRUE(fs::is_directory(layout_.staging_dir(other.number)));
}

TEST_F(VersionsTest, ALostMetadataStoreCostsNoData) {
    const auto table = create("orders", "precious").value();
    auto empty = catalog::Store::open((dir_.path() / "empty.sqlite").string(), clock_);
    const Versions versions(layout_, *empty, [](const ProjectId&) {});
    EXPECT_THROW(versions.clean_at_start(), ErrorException);
    EXPECT_EQ(content_of(layout_.absolute(table.version_file)), "precious");
    layout_.remove_project(project_.number);
    EXPECT_NO_THROW(versions.clean_at_start());
    layout_.make_workspace(1, 1).value();
    EXPECT_THROW(versions.clean_at_start(), ErrorException);
    EXPECT_TRUE(fs::exists(layout_.workspace_dir(1)));
}

TEST_F(VersionsTest, ReplacedVersionsAreCollectedAfterTheirGrace) {
    const auto first = create("orders", "first").value();
    const auto second = publish(first, "second").value();
    clock_.advance(600s);
    versions_.collect(600s, clock_);
    EXPECT_TRUE(fs::exists(layout_.absolute(first.version_file)));
    clock_.advance(1s);
    versions_.collect(600s, clock_);
    EXPECT_FALSE(fs::exists(layout_.absolute(first.version_file)));
    EXPECT_EQ(in_store(), std::set<std::string>{second.version_file});
    EXPECT_EQ(content_of(layout_.absolute(second.version_file)), "second");
}

TEST_F(VersionsTest, AVersionThatCannotBeUnlinkedIsTriedAgain) {
    const auto first = create("orders", "first").value();
    publish(first, "second").value();
    clock_.advance(1s);
    const fs::path file = layout_.absolute(first.version_file);
    fs::remove(file);
    fs::create_directory(file);
    versions_.collect(0s, clock_);
    EXPECT_EQ(store_->version_files().size(), 2U);
    fs::remove(file);
    versions_.collect(0s, clock_);
    EXPECT_EQ(store_->version_files().size(), 1U);
}

}  // namespace
}  // namespace smew::storage
