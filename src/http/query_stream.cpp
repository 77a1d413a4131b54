#include "http/query_stream.hpp"

namespace smew::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kPieceBytes = 64 << 10;

}  // namespace

QueryStream::QueryStream(std::unique_ptr<WorkspaceSession> session, Statement statement, RunningQueries& queries,
                         const WorkspaceId& workspace, const Clock& clock)
    : session_(std::move(session)),
      statement_(std::move(statement)),
      entry_(queries, workspace, session_->canceller()),
      clock_(clock),
      started_(clock.steady_now()),
      run_(*session_) {}

void QueryStream::attach(const asio::any_io_executor& executor) {
    session_->attach(executor);
}

// The worker is told twice: closing alone is noticed when it writes, and what it runs may never write.
void QueryStream::abandon() {
    session_->cancel();
    session_->close();
}

asio::awaitable<std::string_view> QueryStream::next() {
    piece_.clear();
    if (stage_ == Stage::kGreeting) {
        co_await begin();
        co_return piece_;
    }
    while (stage_ == Stage::kRunning) {
        write_events();
        if (!piece_.empty()) break;
        co_await run_.wait();
    }
    co_return piece_;
}

// The first piece tells the query's id, so that it can be cancelled before it has a row.
asio::awaitable<void> QueryStream::begin() {
    if (const Result<void> greeted = co_await session_->greet(); !greeted) {
        finish({.error = greeted.error(), .tag = {}});
        co_return;
    }
    co_await run_.start(statement_);
    lines_.started(entry_.id(), session_->id());
    stage_ = Stage::kRunning;
}

void QueryStream::write_events() {
    while (stage_ == Stage::kRunning && piece_.size() < kPieceBytes) {
        const std::optional<StatementEvent> event = run_.next();
        if (!event) break;
        if (const auto* row = std::get_if<pgproto::DataRow>(&*event))
            lines_.row(*row);
        else if (const auto* columns = std::get_if<pgproto::RowDescription>(&*event))
            lines_.header(*columns);
        else if (const auto* notice = std::get_if<pgproto::NoticeResponse>(&*event))
            lines_.notice(notice->notice);
        else
            finish(std::get<StatementEnd>(*event));
    }
    lines_.end_batch();
}

void QueryStream::finish(const StatementEnd& end) {
    lines_.end(end, std::chrono::duration_cast<std::chrono::microseconds>(clock_.steady_now() - started_));
    stage_ = Stage::kOver;
}

}  // namespace smew::http
