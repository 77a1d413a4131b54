#include "catalog/test_store.hpp"

namespace smew::catalog {
namespace {

using namespace std::chrono_literals;

class ConversationsTest : public StoreTest {
protected:
    void SetUp() override {
        make_project();
        ASSERT_TRUE(store_->create_workspace(new_workspace(kProject, "abcd1234")));
    }
    static Exchange exchange(const std::string& id, const std::string& content, bool may_create = true) {
        return {.talker = {WorkspaceId("abcd1234"), "ann"},
                .conversation = ConversationId(id),
                .may_create = may_create,
                .question = {.content = content},
                .answer = {.content = "answer", .sql = "SELECT 1", .model = "m", .needs_confirmation = true}};
    }
    Result<std::int64_t> add(const Exchange& one) { return store_->add_exchanges({one}, limits_).at(0); }

    const Talker ann_{WorkspaceId("abcd1234"), "ann"};
    ConversationLimits limits_{.conversations = 3, .messages = 6};
};

TEST_F(ConversationsTest, QuestionAndAnswerAreKept) {
    const std::int64_t answer = add(exchange("conv_a", "first line\nsecond")).value();
    const auto kept = store_->conversation(ann_, ConversationId("conv_a")).value();
    EXPECT_EQ(kept.title, "first line");
    EXPECT_EQ(kept.message_count, 2U);
    const auto messages = store_->conversation_messages(ann_, ConversationId("conv_a"), 0, 10).value();
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_EQ(messages[0].role, "user");
    EXPECT_EQ(messages[1].number, answer);
    const auto found = store_->conversation_message(ann_, ConversationId("conv_a"), answer).value();
    EXPECT_EQ(found.sql, "SELECT 1");
    EXPECT_TRUE(found.needs_confirmation);
    EXPECT_EQ(code_of(store_->conversation_message(ann_, ConversationId("conv_a"), answer + 1)), "42704");
}

TEST_F(ConversationsTest, OneFailureInABatchLeavesTheOthers) {
    const auto outcomes = store_->add_exchanges(
        {exchange("conv_a", "x"), exchange("conv_none", "x", false), exchange("conv_a", "y")}, limits_);
    EXPECT_TRUE(outcomes[0]);
    EXPECT_EQ(code_of(outcomes[1]), "42704");
    EXPECT_TRUE(outcomes[2]);
    EXPECT_EQ(store_->last_messages(ann_, ConversationId("conv_a"), 2).front().content, "y");
}

TEST_F(ConversationsTest, LimitsHold) {
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(add(exchange("conv_full", "x")));
    EXPECT_EQ(code_of(add(exchange("conv_full", "x"))), "54000");
    for (const char* id : {"conv_1", "conv_2", "conv_3"}) {
        clock_.advance(1s);
        ASSERT_TRUE(add(exchange(id, "x")));
    }
    const auto page = store_->conversations(ann_, 10, 0);
    ASSERT_EQ(page.total, 3U);
    EXPECT_EQ(page.conversations.front().id.value(), "conv_3");
    EXPECT_EQ(code_of(store_->conversation(ann_, ConversationId("conv_full"))), "42704");
}

TEST_F(ConversationsTest, OthersSeeAndDeleteNothing) {
    ASSERT_TRUE(add(exchange("conv_a", "x")));
    const Talker bob{WorkspaceId("abcd1234"), "bob"};
    EXPECT_EQ(store_->conversations(bob, 10, 0).total, 0U);
    EXPECT_EQ(code_of(store_->conversation_messages(bob, ConversationId("conv_a"), 0, 10)), "42704");
    EXPECT_EQ(code_of(store_->delete_conversation(bob, ConversationId("conv_a"))), "42704");
    EXPECT_TRUE(store_->delete_conversation(ann_, ConversationId("conv_a")));
    EXPECT_EQ(store_->conversations(ann_, 10, 0).total, 0U);
}

TEST_F(ConversationsTest, TheyGoWithTheirWorkspace) {
    ASSERT_TRUE(add(exchange("conv_a", "x")));
    ASSERT_TRUE(store_->delete_workspace(kProject, WorkspaceId("abcd1234")));
    EXPECT_EQ(store_->conversations(ann_, 10, 0).total, 0U);
    EXPECT_EQ(code_of(add(exchange("conv_b", "x"))), "42704");
}

}  // namespace
}  // namespace smew::catalog
