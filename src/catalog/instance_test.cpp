#include "catalog/store_watch.hpp"
#include "catalog/test_store.hpp"

#include <fstream>
#include <sys/stat.h>

namespace smew::catalog {
namespace {

using namespace std::chrono_literals;

using InstanceTest = StoreTest;

TEST_F(InstanceTest, KeepsValues) {
    EXPECT_FALSE(store_->instance_value("admin_key_hash"));
    store_->set_instance_value("admin_key_hash", "a");
    store_->set_instance_value("admin_key_hash", std::string("b\0c", 3));
    reopen();
    EXPECT_EQ(store_->instance_value("admin_key_hash"), std::string("b\0c", 3));
    EXPECT_TRUE(store_->healthy());
}

class Onlooker final : public StoreWatcher {
public:
    void executed(std::string_view sql, std::chrono::microseconds taken) override {
        EXPECT_GE(taken.count(), 0);
        seen += std::string(sql) + ";\n";
    }
    std::string seen;
};

TEST_F(InstanceTest, WhoLooksOnSeesStatementsWithoutTheirValues) {
    Onlooker onlooker;
    store_->set_instance_value("before", "x");
    {
        const WatchedStore watched(&onlooker);
        store_->set_instance_value("planted_name", "planted_value");
        EXPECT_EQ(store_->instance_value("planted_name"), "planted_value");
        EXPECT_TRUE(store_->create_project(ProjectId("planted_id"), "planted_name", "", "{}", new_key("planted_key")));
        EXPECT_FALSE(store_->workspace(ProjectId("planted_id"), WorkspaceId("planted_workspace")));
        const WatchedStore unwatched(nullptr);
        store_->forget_expired_idempotency();
    }
    store_->projects(10, 0);
    const std::string& seen = onlooker.seen;
    EXPECT_NE(seen.find("BEGIN IMMEDIATE;"), std::string::npos) << seen;
    EXPECT_NE(seen.find("COMMIT;"), std::string::npos) << seen;
    EXPECT_NE(seen.find("INSERT INTO project"), std::string::npos) << seen;
    EXPECT_EQ(seen.find("planted"), std::string::npos) << seen;
    EXPECT_EQ(seen.find("ROLLBACK"), std::string::npos) << seen;
    EXPECT_EQ(seen.find("idempotency"), std::string::npos) << seen;
}

TEST_F(InstanceTest, NobodyElseMayReadIt) {
    store_->set_instance_value("a", "b");
    for (const auto* suffix : {"", "-wal", "-shm"}) {
        struct stat status {};
        ASSERT_EQ(::stat((file() + suffix).c_str(), &status), 0) << suffix;
        EXPECT_EQ(status.st_mode & 0777, 0600U) << suffix;
    }
    store_.reset();
    ASSERT_EQ(::chmod(file().c_str(), 0644), 0);
    store_ = Store::open(file(), clock_);
    struct stat status {};
    ASSERT_EQ(::stat(file().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(InstanceTest, WhatIsNoDatabaseIsNotOpened) {
    const auto other = (dir_.path() / "other").string();
    std::ofstream(other) << std::string(4096, 'x');
    EXPECT_THROW(Store::open(other, clock_), ErrorException);
    EXPECT_THROW(Store::open((dir_.path() / "none" / "metadata.sqlite").string(), clock_), ErrorException);
}

TEST_F(InstanceTest, IdempotencyIsByCallerAndKeyUntilItExpires) {
    const IdempotencyRecord record{.request_hash = "h", .status = 201, .body = "{}"};
    store_->remember_idempotency("key_1", "k", record, kNoon + 10s);
    ASSERT_TRUE(store_->idempotency("key_1", "k"));
    EXPECT_EQ(store_->idempotency("key_1", "k")->request_hash, "h");
    EXPECT_EQ(store_->idempotency("key_1", "k")->status, 201);
    EXPECT_EQ(store_->idempotency("key_1", "k")->body, "{}");
    EXPECT_FALSE(store_->idempotency("key_2", "k"));
    EXPECT_FALSE(store_->idempotency("key_1", "K"));

    store_->remember_idempotency("key_1", "k", {.request_hash = "i", .status = 204, .body = ""}, kNoon + 20s);
    clock_.advance(15s);
    EXPECT_EQ(store_->idempotency("key_1", "k")->status, 204);
    store_->forget_expired_idempotency();
    EXPECT_TRUE(store_->idempotency("key_1", "k"));
    clock_.advance(5s);
    EXPECT_FALSE(store_->idempotency("key_1", "k"));
    store_->forget_expired_idempotency();
    EXPECT_FALSE(store_->idempotency("key_1", "k"));
}

}  // namespace
}  // namespace smew::catalog
