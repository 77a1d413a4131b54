#include "worker/link_resolver.hpp"

#include "worker/testing.hpp"

#include <gtest/gtest.h>

#include <future>

namespace smew::worker {
namespace {

using Answer = Result<std::optional<engine::ResolvedTable>>;

class LinkResolverTest : public ::testing::Test {
protected:
    LinkResolverTest() : LinkResolverTest(link::make_socket_pair().value()) {}
    explicit LinkResolverTest(std::pair<UniqueFd, UniqueFd> ends)
        : gateway(std::move(ends.first)),
          worker(std::move(ends.second)),
          generation(link::CatalogGeneration::create().value()),
          resolver(worker, link::CatalogGeneration::map_readonly(generation.fd()).value()) {}

    std::future<Answer> resolve(std::string schema, std::string table) {
        return std::async(std::launch::async, [=, this] { return resolver.resolve(schema, table); });
    }
    link::ResolveTable question() { return std::get<link::ResolveTable>(gateway.receive().value()->message); }
    // As the worker's main thread does with the gateway's message.
    void answer(const link::ResolveTable& question, std::optional<std::string> file, std::uint64_t at_generation) {
        link::TableResolved reply{.request = question.request, .generation = at_generation, .table = {}};
        if (file) reply.table = link::CatalogTable{.schema = question.schema, .name = question.name, .file = *file};
        resolver.answer(std::move(reply));
    }
    std::string resolved(std::future<Answer>& answered) {
        const Answer answer = answered.get();
        if (!answer) return "error";
        return *answer ? (**answer).file : "none";
    }

    link::Channel gateway, worker;
    link::CatalogGeneration generation;
    LinkResolver resolver;
};

TEST_F(LinkResolverTest, AsksOnceAndRemembers) {
    auto first = resolve("in_c_sales", "orders");
    const auto asked = question();
    EXPECT_EQ(asked.schema, "in_c_sales");
    EXPECT_EQ(asked.name, "orders");
    answer(asked, "v1", generation.current());
    EXPECT_EQ(resolved(first), "v1");
    EXPECT_EQ(resolver.resolve("in_c_sales", "orders").value()->file, "v1");
}

TEST_F(LinkResolverTest, RemembersThatThereIsNoSuchTable) {
    auto first = resolve("in_c_sales", "nothing");
    answer(question(), std::nullopt, generation.current());
    EXPECT_EQ(resolved(first), "none");
    EXPECT_FALSE(resolver.resolve("in_c_sales", "nothing").value().has_value());
}

TEST_F(LinkResolverTest, AsksAgainWhenTheCatalogChanged) {
    auto first = resolve("in_c_sales", "orders");
    answer(question(), "v1", generation.current());
    EXPECT_EQ(resolved(first), "v1");
    generation.bump();
    auto second = resolve("in_c_sales", "orders");
    answer(question(), "v2", generation.current());
    EXPECT_EQ(resolved(second), "v2");
}

TEST_F(LinkResolverTest, DoesNotRememberAnAnswerThatTheCatalogOvertook) {
    auto first = resolve("in_c_sales", "orders");
    const auto asked = question();
    const std::uint64_t old = generation.current();
    generation.bump();
    answer(asked, "v1", old);
    EXPECT_EQ(resolved(first), "v1");
    auto second = resolve("in_c_sales", "orders");
    answer(question(), "v2", generation.current());
    EXPECT_EQ(resolved(second), "v2");
}

TEST_F(LinkResolverTest, KeepsNamesApart) {
    auto first = resolve("in_c_ab", "c");
    answer(question(), "one", generation.current());
    EXPECT_EQ(resolved(first), "one");
    auto second = resolve("in_c_a", "bc");
    answer(question(), "two", generation.current());
    EXPECT_EQ(resolved(second), "two");
}

TEST_F(LinkResolverTest, AnswersSeveralThreadsInAnyOrder) {
    std::vector<std::future<Answer>> answers;
    for (int i = 0; i < 8; ++i) answers.push_back(resolve("in_c_sales", "t" + std::to_string(i)));
    std::vector<link::ResolveTable> questions;
    for (int i = 0; i < 8; ++i) questions.push_back(question());
    for (auto it = questions.rbegin(); it != questions.rend(); ++it) answer(*it, it->name, generation.current());
    for (int i = 0; i < 8; ++i) EXPECT_EQ(resolved(answers[static_cast<std::size_t>(i)]), "t" + std::to_string(i));
}

TEST_F(LinkResolverTest, KnowsTheJoinedForm) {
    auto found = resolve("in_c_web_shop_orders", "data");
    const std::vector<std::pair<std::string, std::string>> expected{
        {"in_c_web_shop_orders", "data"}, {"in_c_web_shop", "orders"}, {"in_c_web", "shop_orders"}};
    for (const auto& [schema, table] : expected) {
        const auto asked = question();
        EXPECT_EQ(asked.schema, schema);
        EXPECT_EQ(asked.name, table);
        const bool last = table == "shop_orders";
        answer(asked, last ? std::optional<std::string>("v1") : std::nullopt, generation.current());
    }
    EXPECT_EQ(resolved(found), "v1");
}

TEST_F(LinkResolverTest, TheJoinedFormEndsAtTheBucketsPrefix) {
    auto found = resolve("in_c_x", "data");
    answer(question(), std::nullopt, generation.current());
    EXPECT_EQ(resolved(found), "none");
    EXPECT_FALSE(resolver.resolve(std::string(900, '_'), std::string(2000, 'x')).value().has_value());
}

TEST_F(LinkResolverTest, TellsProjectSchemas) {
    EXPECT_TRUE(resolver.is_project_schema("in_c_sales"));
    EXPECT_TRUE(resolver.is_project_schema("OUT_C_x"));
    EXPECT_TRUE(resolver.is_project_schema("sys_c_"));
    EXPECT_FALSE(resolver.is_project_schema("main"));
    EXPECT_FALSE(resolver.is_project_schema("linked"));
    auto learnt = resolve("Linked", "t");
    answer(question(), "v1", generation.current());
    EXPECT_EQ(resolved(learnt), "v1");
    EXPECT_TRUE(resolver.is_project_schema("linked"));
}

TEST_F(LinkResolverTest, FailsWhenTheGatewayIsGone) {
    auto waiting = resolve("in_c_sales", "orders");
    question();
    resolver.close();
    EXPECT_EQ(waiting.get().error().code, sqlstate::kSystemError);
    EXPECT_EQ(resolver.resolve("in_c_sales", "orders").error().code, sqlstate::kSystemError);
}

TEST_F(LinkResolverTest, GivesUpAfterATime) {
    LinkResolver impatient(worker, link::CatalogGeneration::map_readonly(generation.fd()).value(),
                           std::chrono::milliseconds(1));
    EXPECT_EQ(impatient.resolve("in_c_sales", "orders").error().code, sqlstate::kSystemError);
    impatient.answer({.request = question().request, .generation = 1, .table = {}});  // too late: ignored
}

TEST_F(LinkResolverTest, ListsTheProjectOnceUntilItChanges) {
    const auto list = [this] {
        return std::async(std::launch::async, [this] { return resolver.list().value()->tables.size(); });
    };
    const auto tell = [this](std::size_t tables) {
        const auto asked = std::get<link::ListCatalog>(gateway.receive().value()->message);
        link::CatalogListed listed{.request = asked.request, .generation = generation.current()};
        listed.schemas = {{.name = "in_c_sales", .schema_id = 7}};
        listed.tables.resize(tables, {.schema = "in_c_sales", .name = "orders", .file = "secret"});
        resolver.answer(std::move(listed));
    };
    auto first = list();
    tell(1);
    EXPECT_EQ(first.get(), 1U);
    EXPECT_EQ(resolver.list().value()->schemas.at(0).schema_id, 7);
    generation.bump();
    auto second = list();
    tell(2);
    EXPECT_EQ(second.get(), 2U);
}

}  // namespace
}  // namespace smew::worker
