#include "catalog/test_store.hpp"

namespace smew::catalog {
namespace {

using ProjectsTest = StoreTest;

TEST_F(ProjectsTest, CreatesWithFirstKeyAndTellsItBack) {
    const auto made = store_->create_project(kProject, "One", "first", R"({"a":1})", new_key("key_00000001")).value();
    EXPECT_EQ(made.id, kProject);
    EXPECT_EQ(made.name, "One");
    EXPECT_EQ(made.description, "first");
    EXPECT_EQ(made.status, "active");
    EXPECT_EQ(made.settings_json, R"({"a":1})");
    EXPECT_EQ(made.created_at, kNoon);
    EXPECT_EQ(made.updated_at, kNoon);
    EXPECT_EQ(made.number, 1);
    const auto key = store_->find_api_key(ApiKeyId("key_00000001"));
    ASSERT_TRUE(key);
    EXPECT_EQ(key->scope, auth::Scope::kProjectAdmin);
    EXPECT_EQ(key->project, kProject);
}

TEST_F(ProjectsTest, RefusesATakenIdAndKeepsTheFirst) {
    make_project();
    EXPECT_EQ(code_of(store_->create_project(kProject, "two", "", "{}", new_key("key_00000002"))), "42710");
    EXPECT_EQ(store_->project(kProject)->name, "one");
    EXPECT_FALSE(store_->find_api_key(ApiKeyId("key_00000002")));
}

TEST_F(ProjectsTest, LeavesNoProjectBehindWhenItsKeyIsRefused) {
    make_project();
    EXPECT_EQ(code_of(store_->create_project(ProjectId("p2"), "two", "", "{}", new_key("key_00000001"))), "42710");
    EXPECT_EQ(code_of(store_->project(ProjectId("p2"))), "42704");
}

TEST_F(ProjectsTest, RefusesBadValues) {
    const auto key = new_key("key_00000001");
    const auto create = [&](std::string_view name, std::string_view description, std::string_view settings) {
        return code_of(store_->create_project(kProject, name, description, settings, key));
    };
    EXPECT_EQ(create("a\nb", "", "{}"), "22023");
    EXPECT_EQ(create(std::string(256, 'x'), "", "{}"), "22023");
    EXPECT_EQ(create("\xff", "", "{}"), "22023");
    EXPECT_EQ(create("a", std::string(1, '\0'), "{}"), "22023");
    EXPECT_EQ(create("a", std::string(70'000, 'x'), "{}"), "22023");
    EXPECT_EQ(create("a", "", "[]"), "22023");
    EXPECT_EQ(create("a", "", "{"), "22023");
    EXPECT_EQ(code_of(store_->create_project(ProjectId("../x"), "a", "", "{}", key)), "42602");
    EXPECT_EQ(store_->projects(10, 0).total, 0U);
}

TEST_F(ProjectsTest, CountsAndSizesAreThoseOfCurrentVersions) {
    make_project();
    const auto table = make_table();
    ASSERT_TRUE(store_->create_bucket(kProject, "out.c-empty", ""));
    ASSERT_TRUE(store_->publish_version(table.id, table.version, new_version("v2", 20, 2500)));
    const auto project = store_->project(kProject).value();
    EXPECT_EQ(project.table_count, 1U);
    EXPECT_EQ(project.bucket_count, 2U);
    EXPECT_EQ(project.size_bytes, 2500U);
    const auto counts = store_->counts();
    EXPECT_EQ(counts.projects, 1);
    EXPECT_EQ(counts.buckets, 2);
    EXPECT_EQ(counts.tables, 1);
    EXPECT_EQ(counts.tables_bytes, 2500);
}

TEST_F(ProjectsTest, PagesInOrderOfCreation) {
    for (const auto* id : {"c", "a", "b"}) {
        ASSERT_TRUE(store_->create_project(ProjectId(id), id, "", "{}", new_key(std::string("key_0000000") + id)));
    }
    const auto page = store_->projects(1, 1);
    EXPECT_EQ(page.total, 3U);
    ASSERT_EQ(page.projects.size(), 1U);
    EXPECT_EQ(page.projects[0].id.value(), "a");
    EXPECT_TRUE(store_->projects(10, 3).projects.empty());
    EXPECT_TRUE(store_->projects(UINT64_MAX, UINT64_MAX).projects.empty());
    EXPECT_EQ(store_->projects(UINT64_MAX, 0).projects.size(), 3U);
}

TEST_F(ProjectsTest, UpdatesOnlyWhatIsGiven) {
    make_project();
    clock_.advance(std::chrono::seconds(5));
    const auto updated = store_->update_project(kProject, std::nullopt, "new text", std::nullopt).value();
    EXPECT_EQ(updated.name, "one");
    EXPECT_EQ(updated.description, "new text");
    EXPECT_EQ(updated.settings_json, "{}");
    EXPECT_EQ(updated.updated_at, kNoon + std::chrono::seconds(5));
    EXPECT_EQ(updated.created_at, kNoon);
    EXPECT_EQ(store_->update_project(kProject, "", "", R"({"b":2})")->name, "");
    EXPECT_EQ(code_of(store_->update_project(kProject, "a\tb", std::nullopt, std::nullopt)), "22023");
    EXPECT_EQ(code_of(store_->update_project(kProject, std::nullopt, std::nullopt, "3")), "22023");
    EXPECT_EQ(code_of(store_->update_project(ProjectId("nobody"), "x", std::nullopt, std::nullopt)), "42704");
}

TEST_F(ProjectsTest, DeletingTakesAllThatBelongsToItButItsVersions) {
    make_project();
    make_table("orders", "f1");
    ASSERT_TRUE(store_->create_workspace(new_workspace(kProject, "abcd1234")));
    const File upload{.id = FileId("file_1"), .name = "a.csv", .path = "p", .upload_key = "u"};
    ASSERT_TRUE(store_->prepare_file(kProject, upload));
    ASSERT_TRUE(store_->delete_project(kProject));

    EXPECT_EQ(code_of(store_->project(kProject)), "42704");
    EXPECT_EQ(code_of(store_->buckets(kProject)), "42704");
    EXPECT_EQ(code_of(store_->all_tables(kProject)), "42704");
    EXPECT_FALSE(store_->find_api_key(ApiKeyId("key_00000001")));
    EXPECT_FALSE(store_->workspace_by_user("ws_abcd1234_abcdefgh"));
    EXPECT_TRUE(store_->workspace_numbers().empty());
    EXPECT_TRUE(store_->file_paths().empty());
    EXPECT_EQ(store_->counts().tables, 0);
    const auto stale = store_->stale_versions(kNoon + std::chrono::seconds(1));
    ASSERT_EQ(stale.size(), 1U);
    EXPECT_EQ(stale[0].file, "f1");
    EXPECT_EQ(stale[0].replaced_at, kNoon);
    EXPECT_EQ(code_of(store_->delete_project(kProject)), "42704");
}

TEST_F(ProjectsTest, ADeletedProjectsNumberIsNotGivenAgain) {
    make_project();
    ASSERT_TRUE(store_->delete_project(kProject));
    reopen();
    make_project();
    EXPECT_EQ(store_->project(kProject)->number, 2);
    EXPECT_EQ(store_->project_numbers(), std::vector<std::int64_t>{2});
    ASSERT_TRUE(store_->delete_project(kProject));
    EXPECT_EQ(store_->last_numbers().project, 2);
    EXPECT_EQ(store_->last_numbers().workspace, 0);
}

}  // namespace
}  // namespace smew::catalog
