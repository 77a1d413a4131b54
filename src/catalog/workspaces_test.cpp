#include "catalog/test_store.hpp"

namespace smew::catalog {
namespace {

using namespace std::chrono_literals;

class WorkspacesTest : public StoreTest {
protected:
    void SetUp() override { make_project(); }
    const WorkspaceId kId{"abcd1234"};
};

TEST_F(WorkspacesTest, TellsBackWhatWasMade) {
    auto wanted = new_workspace(kProject, "abcd1234");
    wanted.expires_at = kNoon + 24h;
    const auto made = store_->create_workspace(wanted).value();
    EXPECT_EQ(made.number, 1);
    EXPECT_EQ(made.created_at, kNoon);
    const auto found = store_->workspace(kProject, kId).value();
    EXPECT_EQ(found.project, kProject);
    EXPECT_EQ(found.name, "analysis");
    EXPECT_EQ(found.status, "active");
    EXPECT_EQ(found.expires_at, kNoon + 24h);
    EXPECT_EQ(found.memory_limit.count, 4'000'000'000U);
    EXPECT_EQ(found.size_limit.count, 10'000'000'000U);
    EXPECT_EQ(found.verifier, wanted.verifier);
    EXPECT_EQ(found.database(), "workspace_abcd1234");
    EXPECT_EQ(store_->workspace_by_user("ws_abcd1234_abcdefgh")->id, kId);
    EXPECT_EQ(store_->workspaces(kProject)->size(), 1U);
}

TEST_F(WorkspacesTest, RefusesTakenAndBadNames) {
    ASSERT_TRUE(store_->create_workspace(new_workspace(kProject, "abcd1234")));
    EXPECT_EQ(code_of(store_->create_workspace(new_workspace(kProject, "abcd1234"))), "42710");
    auto other = new_workspace(kProject, "abcd1235");
    other.username = "ws_abcd1234_abcdefgh";
    EXPECT_EQ(code_of(store_->create_workspace(other)), "42710");
    for (const auto* id : {"", "ABCD1234", "abcd123", "abcd12345", "abcd/234", "abcd-234"}) {
        EXPECT_EQ(code_of(store_->create_workspace(new_workspace(kProject, id))), "42602") << id;
    }
    other = new_workspace(kProject, "abcd1235");
    other.name = "a\x1b";
    EXPECT_EQ(code_of(store_->create_workspace(other)), "22023");
    other = new_workspace(kProject, "abcd1235");
    other.username = std::string(64, 'x');
    EXPECT_EQ(code_of(store_->create_workspace(other)), "22023");
    other = new_workspace(kProject, "abcd1235");
    other.size_limit = Bytes{UINT64_MAX};
    EXPECT_EQ(code_of(store_->create_workspace(other)), "22003");
    EXPECT_EQ(code_of(store_->create_workspace(new_workspace(ProjectId("p2"), "abcd1235"))), "42704");
    EXPECT_EQ(store_->counts().workspaces, 1);
}

TEST_F(WorkspacesTest, ExpiresByTheClock) {
    auto wanted = new_workspace(kProject, "abcd1234");
    wanted.expires_at = kNoon + 1h;
    ASSERT_TRUE(store_->create_workspace(wanted));
    ASSERT_TRUE(store_->create_workspace(new_workspace(kProject, "forever1")));
    EXPECT_TRUE(store_->expired_workspaces().empty());
    clock_.advance(1h);
    ASSERT_EQ(store_->expired_workspaces().size(), 1U);
    EXPECT_EQ(store_->expired_workspaces()[0].id, kId);
    EXPECT_EQ(store_->workspace(kProject, kId)->status, "expired");
    EXPECT_EQ(store_->workspace_by_user(wanted.username)->status, "expired");
    ASSERT_TRUE(store_->update_workspace(kId, std::nullopt, kNoon + 2h, std::nullopt, std::nullopt));
    EXPECT_EQ(store_->workspace(kProject, kId)->status, "active");
}

TEST_F(WorkspacesTest, UpdatesOnlyWhatIsGiven) {
    ASSERT_TRUE(store_->create_workspace(new_workspace(kProject, "abcd1234")));
    const auto updated = store_->update_workspace(kId, "renamed", std::nullopt, Bytes{1'000'000}, std::nullopt).value();
    EXPECT_EQ(updated.name, "renamed");
    EXPECT_EQ(updated.memory_limit.count, 1'000'000U);
    EXPECT_EQ(updated.size_limit.count, 10'000'000'000U);
    EXPECT_FALSE(updated.expires_at);
    EXPECT_EQ(code_of(store_->update_workspace(kId, "\xff", std::nullopt, std::nullopt, std::nullopt)), "22023");
    EXPECT_EQ(code_of(store_->update_workspace(WorkspaceId("nobody12"), "x", {}, {}, {})), "42704");
}

TEST_F(WorkspacesTest, TakesAnotherVerifier) {
    ASSERT_TRUE(store_->create_workspace(new_workspace(kProject, "abcd1234")));
    ASSERT_TRUE(store_->set_verifier(kId, "SCRAM-SHA-256$new"));
    EXPECT_EQ(store_->workspace(kProject, kId)->verifier, "SCRAM-SHA-256$new");
    EXPECT_EQ(code_of(store_->set_verifier(WorkspaceId("nobody12"), "x")), "42704");
}

TEST_F(WorkspacesTest, BelongsToItsProjectOnlyAndItsNumberIsNotGivenAgain) {
    ASSERT_TRUE(store_->create_workspace(new_workspace(kProject, "abcd1234")));
    const ProjectId other("p2");
    ASSERT_TRUE(store_->create_project(other, "two", "", "{}", new_key("key_2")));
    EXPECT_EQ(code_of(store_->workspace(other, kId)), "42704");
    EXPECT_EQ(code_of(store_->delete_workspace(other, kId)), "42704");
    EXPECT_TRUE(store_->workspaces(other)->empty());
    EXPECT_EQ(code_of(store_->workspaces(ProjectId("p3"))), "42704");
    ASSERT_TRUE(store_->create_workspace(new_workspace(other, "abcd1235")));
    const std::vector<Workspace> all = store_->all_workspaces();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].project, kProject);
    EXPECT_EQ(all[1].project, other);
    ASSERT_TRUE(store_->delete_workspace(other, WorkspaceId("abcd1235")));
    ASSERT_TRUE(store_->delete_workspace(kProject, kId));
    EXPECT_EQ(code_of(store_->delete_workspace(kProject, kId)), "42704");
    reopen();
    EXPECT_EQ(store_->create_workspace(new_workspace(kProject, "abcd1234"))->number, 3);
    EXPECT_EQ(store_->workspace_numbers(), std::vector<std::int64_t>{3});
}

// ---------------------------------------------------------------- files

class FilesTest : public StoreTest {
protected:
    void SetUp() override { make_project(); }
    File prepared(const std::string& id = "file_1", const std::string& upload_key = "upload_1") const {
        return {.id = FileId(id),
                .name = "orders.csv",
                .content_type = "text/csv",
                .path = "projects/1/files/" + id,
                .upload_key = upload_key,
                .tags = {"daily", "it's"},
                .expires_at = kNoon + 1h};
    }
};

TEST_F(FilesTest, IsPreparedUploadedAndDeleted) {
    const auto made = store_->prepare_file(kProject, prepared()).value();
    EXPECT_FALSE(made.uploaded);
    EXPECT_EQ(made.created_at, kNoon);
    EXPECT_EQ(made.tags, (std::vector<std::string>{"daily", "it's"}));
    EXPECT_EQ(made.expires_at, kNoon + 1h);
    EXPECT_EQ(store_->file_by_upload_key(kProject, "upload_1")->id, made.id);

    const auto done = store_->complete_file(made.id, "projects/1/files/x", 42, "abc").value();
    EXPECT_TRUE(done.uploaded);
    EXPECT_EQ(done.size_bytes, 42U);
    EXPECT_EQ(done.sha256, "abc");
    EXPECT_EQ(done.upload_key, "");
    EXPECT_EQ(store_->counts().files_bytes, 42);
    EXPECT_EQ(store_->file_paths(), std::vector<std::string>{"projects/1/files/x"});
    EXPECT_EQ(code_of(store_->file_by_upload_key(kProject, "upload_1")), "42704");
    EXPECT_EQ(code_of(store_->complete_file(made.id, "y", 1, "")), "55000");
    EXPECT_EQ(store_->file(kProject, made.id)->path, "projects/1/files/x");
    EXPECT_EQ(store_->files(kProject)->size(), 1U);
    EXPECT_TRUE(store_->delete_file(kProject, made.id));
    EXPECT_EQ(code_of(store_->delete_file(kProject, made.id)), "42704");
    EXPECT_TRUE(store_->file_paths().empty());
}

TEST_F(FilesTest, RefusesTakenAndBadValues) {
    ASSERT_TRUE(store_->prepare_file(kProject, prepared()));
    EXPECT_EQ(code_of(store_->prepare_file(kProject, prepared("file_1", "upload_2"))), "42710");
    EXPECT_EQ(code_of(store_->prepare_file(kProject, prepared("file_2", "upload_1"))), "42710");
    EXPECT_EQ(code_of(store_->prepare_file(kProject, prepared("file_2", ""))), "22023");
    EXPECT_EQ(code_of(store_->prepare_file(kProject, prepared("", "upload_2"))), "22023");
    auto bad = prepared("file_2", "upload_2");
    bad.name = "a\r\nSet-Cookie: x";
    EXPECT_EQ(code_of(store_->prepare_file(kProject, bad)), "22023");
    bad = prepared("file_2", "upload_2");
    bad.tags = {"\xff"};
    EXPECT_EQ(code_of(store_->prepare_file(kProject, bad)), "22023");
    EXPECT_EQ(code_of(store_->prepare_file(ProjectId("p2"), prepared("file_2", "upload_2"))), "42704");
    EXPECT_EQ(code_of(store_->complete_file(FileId("file_9"), "p", 1, "")), "42704");
    EXPECT_EQ(store_->files(kProject)->size(), 1U);
}

TEST_F(FilesTest, BelongsToItsProjectOnly) {
    ASSERT_TRUE(store_->prepare_file(kProject, prepared()));
    const ProjectId other("p2");
    ASSERT_TRUE(store_->create_project(other, "two", "", "{}", new_key("key_2")));
    EXPECT_EQ(code_of(store_->file(other, FileId("file_1"))), "42704");
    EXPECT_EQ(code_of(store_->file_by_upload_key(other, "upload_1")), "42704");
    EXPECT_EQ(code_of(store_->delete_file(other, FileId("file_1"))), "42704");
    EXPECT_TRUE(store_->files(other)->empty());
    EXPECT_TRUE(store_->prepare_file(other, prepared("file_2", "upload_1")));
    EXPECT_EQ(code_of(store_->files(ProjectId("p3"))), "42704");
}

TEST_F(FilesTest, ManyFilesNeedNoUpload) {
    auto exported = prepared("file_1", "");
    exported.uploaded = true;
    ASSERT_TRUE(store_->prepare_file(kProject, exported));
    exported.id = FileId("file_2");
    EXPECT_TRUE(store_->prepare_file(kProject, exported));
}

}  // namespace
}  // namespace smew::catalog
