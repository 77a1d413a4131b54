#include "catalog/test_store.hpp"

namespace smew::catalog {
namespace {

using namespace std::chrono_literals;

class ApiKeysTest : public StoreTest {
protected:
    void SetUp() override { make_project(); }
    Result<ApiKey> create(const std::string& id, auth::Scope scope = auth::Scope::kProjectRead,
                          std::optional<WallTime> expires_at = std::nullopt) {
        return store_->create_api_key(kProject, new_key(id), scope, "for tests", expires_at);
    }

    const ApiKeyId kFirst{"key_00000001"};
};

TEST_F(ApiKeysTest, TellsBackWhatWasMade) {
    const auto made = create("key_r", auth::Scope::kProjectRead, kNoon + 24h).value();
    EXPECT_EQ(made.project, kProject);
    EXPECT_EQ(made.scope, auth::Scope::kProjectRead);
    EXPECT_EQ(made.prefix, "smew_key_r_...");
    EXPECT_EQ(made.hash, "key_r");
    EXPECT_EQ(made.description, "for tests");
    EXPECT_EQ(made.created_at, kNoon);
    EXPECT_EQ(made.expires_at, kNoon + 24h);
    EXPECT_FALSE(made.last_used_at);
    EXPECT_FALSE(made.revoked_at);
    EXPECT_EQ(store_->api_key(kProject, made.id)->hash, "key_r");
    EXPECT_EQ(store_->find_api_key(made.id)->hash, "key_r");
    EXPECT_EQ(store_->api_keys(kProject)->size(), 2U);
}

TEST_F(ApiKeysTest, RefusesTakenIdsPastExpiryAndUnknownProjects) {
    EXPECT_EQ(code_of(create("key_00000001")), "42710");
    EXPECT_EQ(code_of(create("key_x", auth::Scope::kProjectRead, kNoon)), "22023");
    const ProjectId nobody("nobody");
    EXPECT_EQ(code_of(store_->create_api_key(nobody, new_key("key_x"), auth::Scope::kProjectRead, "", {})), "42704");
    EXPECT_EQ(code_of(store_->api_keys(nobody)), "42704");
    EXPECT_EQ(code_of(store_->api_key(nobody, kFirst)), "42704");
    EXPECT_EQ(code_of(store_->create_api_key(kProject, new_key("key_x"), auth::Scope::kProjectRead, "\xff", {})),
              "22023");
}

TEST_F(ApiKeysTest, AKeyBelongsToItsProjectOnly) {
    ASSERT_TRUE(store_->create_project(ProjectId("p2"), "two", "", "{}", new_key("key_2")));
    EXPECT_EQ(code_of(store_->api_key(ProjectId("p2"), kFirst)), "42704");
    EXPECT_EQ(code_of(store_->revoke_api_key(ProjectId("p2"), kFirst)), "42704");
    EXPECT_EQ(code_of(store_->rotate_api_key(ProjectId("p2"), kFirst, new_key("key_3"))), "42704");
    EXPECT_FALSE(store_->find_api_key(kFirst)->revoked_at);
}

TEST_F(ApiKeysTest, RevokedKeysAreKnownButNotListed) {
    ASSERT_TRUE(create("key_r"));
    clock_.advance(5s);
    ASSERT_TRUE(store_->revoke_api_key(kProject, ApiKeyId("key_r")));
    clock_.advance(5s);
    EXPECT_TRUE(store_->revoke_api_key(kProject, ApiKeyId("key_r")));  // again: it is revoked already
    EXPECT_EQ(store_->find_api_key(ApiKeyId("key_r"))->revoked_at, kNoon + 5s);
    EXPECT_EQ(store_->api_keys(kProject)->size(), 1U);
}

TEST_F(ApiKeysTest, TheLastLiveAdminKeyStays) {
    EXPECT_EQ(code_of(store_->revoke_api_key(kProject, kFirst)), "55000");
    ASSERT_TRUE(create("key_r", auth::Scope::kProjectRead));
    EXPECT_EQ(code_of(store_->revoke_api_key(kProject, kFirst)), "55000");
    ASSERT_TRUE(create("key_a", auth::Scope::kProjectAdmin, kNoon + 1h));
    clock_.advance(2h);  // an expired admin key is no other one
    EXPECT_EQ(code_of(store_->revoke_api_key(kProject, kFirst)), "55000");
    EXPECT_TRUE(store_->revoke_api_key(kProject, ApiKeyId("key_a")));
    ASSERT_TRUE(create("key_b", auth::Scope::kProjectAdmin));
    EXPECT_TRUE(store_->revoke_api_key(kProject, kFirst));
    EXPECT_EQ(code_of(store_->revoke_api_key(kProject, ApiKeyId("key_b"))), "55000");
}

TEST_F(ApiKeysTest, RotationKeepsScopeDescriptionAndTimeToLive) {
    ASSERT_TRUE(create("key_r", auth::Scope::kProjectRead, kNoon + 10h));
    clock_.advance(4h);
    const auto fresh = store_->rotate_api_key(kProject, ApiKeyId("key_r"), new_key("key_s")).value();
    EXPECT_EQ(fresh.scope, auth::Scope::kProjectRead);
    EXPECT_EQ(fresh.description, "for tests");
    EXPECT_EQ(fresh.created_at, kNoon + 4h);
    EXPECT_EQ(fresh.expires_at, kNoon + 14h);
    EXPECT_EQ(store_->find_api_key(ApiKeyId("key_r"))->revoked_at, kNoon + 4h);
    EXPECT_EQ(code_of(store_->rotate_api_key(kProject, ApiKeyId("key_r"), new_key("key_t"))), "55000");
}

TEST_F(ApiKeysTest, ARotationThatFailsRevokesNothing) {
    EXPECT_EQ(code_of(store_->rotate_api_key(kProject, kFirst, new_key("key_00000001"))), "42710");
    EXPECT_FALSE(store_->find_api_key(kFirst)->revoked_at);
    EXPECT_TRUE(store_->rotate_api_key(kProject, kFirst, new_key("key_n")));  // also of the last admin key
}

TEST_F(ApiKeysTest, LastUseIsSeenAtOnceAndWrittenOnceAMinute) {
    const auto written = [&] { return Store::open(file(), clock_)->find_api_key(kFirst)->last_used_at; };
    clock_.advance(10s);
    store_->touch_api_key(kFirst);
    EXPECT_EQ(store_->find_api_key(kFirst)->last_used_at, kNoon + 10s);
    EXPECT_EQ(store_->api_key(kProject, kFirst)->last_used_at, kNoon + 10s);
    EXPECT_EQ(store_->api_keys(kProject)->front().last_used_at, kNoon + 10s);
    EXPECT_FALSE(written());
    clock_.advance(51s);
    store_->touch_api_key(kFirst);
    EXPECT_EQ(written(), kNoon + 61s);
    clock_.advance(20s);
    store_->touch_api_key(kFirst);
    EXPECT_EQ(written(), kNoon + 61s);
    EXPECT_EQ(store_->find_api_key(kFirst)->last_used_at, kNoon + 81s);
    reopen();  // closing writes what is left
    EXPECT_EQ(store_->find_api_key(kFirst)->last_used_at, kNoon + 81s);
}

TEST_F(ApiKeysTest, TouchingAKeyThatIsGoneHarmsNothing) {
    store_->touch_api_key(ApiKeyId("key_gone"));
    clock_.advance(61s);
    store_->touch_api_key(ApiKeyId("key_gone"));
    EXPECT_FALSE(store_->find_api_key(ApiKeyId("key_gone")));
}

}  // namespace
}  // namespace smew::catalog
