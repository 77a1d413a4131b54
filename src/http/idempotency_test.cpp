#include "http/test_server.hpp"

namespace smew::http {
namespace {

class IdempotencyTest : public ServerTest {
protected:
    void SetUp() override {
        ServerTest::SetUp();
        key_ = make_project();
    }
    Reply create(const std::string& key, const std::string& bucket, const std::string& idempotency_key) {
        return call("POST", "/projects/p1/buckets", key, R"({"name":")" + bucket + R"("})",
                    {{"X-Idempotency-Key", idempotency_key}});
    }
    std::string key_;
};

TEST_F(IdempotencyTest, ARepetitionGetsTheFirstReply) {
    const Reply first = create(key_, "in.c-a", "k1");
    EXPECT_EQ(first.status, 201);
    EXPECT_EQ(first.header("x-idempotency-key"), "k1");
    EXPECT_EQ(first.header("x-idempotency-replay"), "");
    const Reply again = create(key_, "in.c-a", "k1");
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.header("x-idempotency-replay"), "true");
    EXPECT_EQ(again.body, first.body);
    const Reply standard =
        call("POST", "/projects/p1/buckets", key_, R"({"name":"in.c-a"})", {{"Idempotency-Key", "k1"}});
    EXPECT_EQ(standard.header("x-idempotency-replay"), "true");
}

TEST_F(IdempotencyTest, TheKeyBelongsToOneRequest) {
    create(key_, "in.c-a", "k1");
    EXPECT_EQ(create(key_, "in.c-b", "k1").error(), "idempotency_conflict");
    EXPECT_EQ(
        call("POST", "/api/v1/projects/p1/buckets", key_, R"({"name":"in.c-a"})", {{"X-Idempotency-Key", "k1"}}).status,
        409);
    EXPECT_EQ(call("DELETE", "/projects/p1/buckets/in.c-a", key_, "", {{"X-Idempotency-Key", "k1"}}).status, 409);
}

TEST_F(IdempotencyTest, TheKeyBelongsToOneCaller) {
    create(key_, "in.c-a", "k1");
    EXPECT_EQ(create(admin(), "in.c-a", "k1").error(), "bucket_exists");
    EXPECT_EQ(create("", "in.c-a", "k1").status, 401);
    EXPECT_EQ(create(make_read_key("p1", key_), "in.c-a", "k1").status, 403);
}

TEST_F(IdempotencyTest, ErrorsAreNotKept) {
    EXPECT_EQ(create(key_, "nonsense", "k1").status, 400);
    EXPECT_EQ(create(key_, "in.c-a", "k1").status, 201);
}

TEST_F(IdempotencyTest, KeysExpire) {
    create(key_, "in.c-a", "k1");
    clock_.advance(settings_.idempotency_ttl_seconds + std::chrono::seconds(1));
    EXPECT_EQ(create(key_, "in.c-a", "k1").error(), "bucket_exists");
}

TEST_F(IdempotencyTest, SecretsAreNeverKept) {
    const auto workspace = [&] {
        return call("POST", "/projects/p1/workspaces", key_, R"({"name":"w"})", {{"X-Idempotency-Key", "w"}});
    };
    const Reply first = workspace(), again = workspace();
    ASSERT_EQ(first.status, 201) << first.body;
    const std::string password(first.json().at("connection").at("password").as_string());
    EXPECT_EQ(again.header("x-idempotency-replay"), "true");
    EXPECT_EQ(again.json().at("id"), first.json().at("id"));
    EXPECT_TRUE(again.json().at("connection").at("password").is_null());
    EXPECT_TRUE(again.json().at("connection").at("connection_string").is_null());
    EXPECT_EQ(store_->idempotency(store_->api_keys(ProjectId("p1"))->front().id.value(), "w")->body.find(password),
              std::string::npos);
    const auto api_key = [&] {
        return call("POST", "/projects/p1/api-keys", key_, R"({"description":"d"})", {{"X-Idempotency-Key", "a"}});
    };
    EXPECT_TRUE(api_key().json().at("api_key").is_string());
    EXPECT_TRUE(api_key().json().at("api_key").is_null());
}

TEST_F(IdempotencyTest, LoadsAreRecognisedByTheirBody) {
    call("POST", "/projects/p1/buckets", key_, R"({"name":"in.c-sales"})");
    const auto load = [&](const std::string& body) {
        return call("POST", kOrders + "/import?mode=append", key_, body, {{"X-Idempotency-Key", "l"}});
    };
    EXPECT_EQ(load("id\n1\n").status, 200);
    EXPECT_EQ(load("id\n1\n").header("x-idempotency-replay"), "true");
    EXPECT_EQ(load("id\n2\n").status, 409);
    EXPECT_EQ(fleet_.jobs().size(), 1U);
}

TEST_F(IdempotencyTest, TwoAtOnceAreDoneOnce) {
    call("POST", "/projects/p1/buckets", key_, R"({"name":"in.c-sales"})");
    fleet_.hold();
    std::thread first([&] {
        EXPECT_EQ(call("POST", kOrders + "/import", key_, "id\n1\n", {{"X-Idempotency-Key", "l"}}).status, 200);
    });
    fleet_.await_jobs(1);
    EXPECT_EQ(call("POST", kOrders + "/import", key_, "id\n1\n", {{"X-Idempotency-Key", "l"}}).error(),
              "idempotency_in_progress");
    fleet_.release();
    first.join();
}

TEST_F(IdempotencyTest, KeysAreChecked) {
    EXPECT_EQ(create(key_, "in.c-a", std::string(256, 'k')).error(), "invalid_idempotency_key");
    EXPECT_EQ(create(key_, "in.c-a", "two words").error(), "invalid_idempotency_key");
}

TEST_F(IdempotencyTest, RepliesWithoutABodyAreReplayedToo) {
    create(key_, "in.c-a", "k1");
    const auto remove = [&] {
        return call("DELETE", "/projects/p1/buckets/in.c-a", key_, "", {{"X-Idempotency-Key", "d"}});
    };
    EXPECT_EQ(remove().status, 204);
    const Reply again = remove();
    EXPECT_EQ(again.status, 204);
    EXPECT_EQ(again.header("x-idempotency-replay"), "true");
}

}  // namespace
}  // namespace smew::http
