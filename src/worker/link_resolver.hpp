#pragma once
// Resolves names of project tables by asking the gateway over the link, and remembers the answers until the project's
// catalog changes.

#include "engine/engine.hpp"
#include "link/channel.hpp"

#include <chrono>
#include <condition_variable>
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
    std::uint64_t generation() const override { return generation_.current(); }

    void answer(link::TableResolved answer);
    // The gateway is gone: every question fails, now and later.
    void close();

private:
    using Answer = std::optional<engine::ResolvedTable>;
    struct Question {
        bool answered = false;
        link::TableResolved answer;
    };

    Result<Answer> look_up(std::string_view schema, std::string_view table);
    Result<Answer> look_up_joined(std::string_view joined);
    Result<link::TableResolved> ask(std::string_view schema, std::string_view table);
    std::optional<Answer> cached(const std::string& name);
    void remember(const std::string& name, const link::TableResolved& answer);
    void drop_outdated();

    link::Channel& channel_;
    const link::CatalogGeneration generation_;
    const std::chrono::milliseconds timeout_;

    std::mutex mutex_;  // guards all below
    std::condition_variable answered_;
    std::unordered_map<std::uint64_t, Question*> questions_;  // on the stacks of those who wait
    std::uint64_t next_request_ = 1;
    bool closed_ = false;
    std::unordered_map<std::string, Answer> cache_;
    std::uint64_t cache_generation_ = 0;
    std::unordered_set<std::string> project_schemas_;
};

}  // namespace smew::worker
