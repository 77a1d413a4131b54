#pragma once
// Resolves names of project tables and lists them by asking the gateway over the link, and remembers the answers until
// the project's catalog changes.

#include "engine/engine.hpp"
#include "link/channel.hpp"
#include "worker/link_questions.hpp"

#include <chrono>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace smew::worker {

// Any thread may resolve; several questions may be under way. The thread that reads the link gives the answers in.
class LinkResolver final : public engine::TableResolver {
public:
    // `channel` outlives it. `timeout`: for one question.
    LinkResolver(link::Channel& channel, link::CatalogGeneration generation,
                 std::chrono::milliseconds timeout = std::chrono::seconds(10));

    Result<std::optional<engine::ResolvedTable>> resolve(std::string_view schema, std::string_view table) override;
    bool is_project_schema(std::string_view schema) override;
    Result<std::shared_ptr<const engine::ProjectCatalog>> list() override;
    std::uint64_t generation() const override { return generation_.current(); }

    void answer(link::TableResolved answer);
    void answer(link::CatalogListed answer);
    // The gateway is gone: every question fails, now and later.
    void close() { questions_.close(); }

private:
    using Answer = std::optional<engine::ResolvedTable>;
    struct Listing {
        std::uint64_t generation = 0;
        std::shared_ptr<const engine::ProjectCatalog> catalog;
    };

    Result<Answer> look_up(std::string_view schema, std::string_view table);
    Result<Answer> look_up_joined(std::string_view joined);
    Result<link::TableResolved> ask(std::string_view schema, std::string_view table);
    std::optional<Answer> cached(const std::string& name);
    void remember(const std::string& name, const link::TableResolved& answer);
    void drop_outdated();

    const link::CatalogGeneration generation_;
    LinkQuestions questions_;

    std::mutex listing_mutex_;  // held while a list is asked for: who asks meanwhile gets the same one
    Listing listing_;

    std::mutex mutex_;  // guards all below
    std::unordered_map<std::string, Answer> cache_;
    std::uint64_t cache_generation_ = 0;
    std::unordered_set<std::string> project_schemas_;
};

}  // namespace smew::worker
