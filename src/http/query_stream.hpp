#pragma once
// One statement of the query endpoint as a response's body.

#include "core/clock.hpp"
#include "http/body_stream.hpp"
#include "http/query_lines.hpp"
#include "http/running_queries.hpp"
#include "http/statement_run.hpp"

#include <memory>
#include <string>

namespace smew::http {

class QueryStream final : public BodyStream {
public:
    // `queries` outlives the stream.
    QueryStream(std::unique_ptr<WorkspaceSession> session, Statement statement, RunningQueries& queries,
                const WorkspaceId& workspace, const Clock& clock);

    const std::string& query_id() const { return entry_.id(); }

    void attach(const boost::asio::any_io_executor& executor) override;
    boost::asio::awaitable<std::string_view> next() override;
    void abandon() override;

private:
    enum class Stage { kGreeting, kRunning, kOver };

    boost::asio::awaitable<void> begin();
    // Writes what has arrived, up to a piece.
    void write_events();
    void finish(const StatementEnd& end);

    std::unique_ptr<WorkspaceSession> session_;
    const Statement statement_;
    RunningQueries::Entry entry_;
    const Clock& clock_;
    const SteadyTime started_;
    StatementRun run_;
    std::string piece_;
    QueryLines lines_{piece_};
    Stage stage_ = Stage::kGreeting;
};

}  // namespace smew::http
