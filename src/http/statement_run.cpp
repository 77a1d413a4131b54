#include "http/statement_run.hpp"

#include "pgproto/frontend.hpp"

namespace smew::http {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kCopyHint =
    "Use a PostgreSQL client such as psql for COPY; here SELECT streams its rows, and files are imported over REST.";

// Parse to Sync in one write: one way to the worker and back.
pgproto::Buffer messages_of(const Statement& statement) {
    pgproto::Bind bind{};
    for (const auto& parameter : statement.parameters) {
        bind.parameters.push_back(parameter ? std::optional<ByteSpan>(as_bytes(*parameter)) : std::nullopt);
    }
    pgproto::Buffer out;
    pgproto::write(out, pgproto::Parse{.statement = {}, .sql = statement.sql, .parameter_types = {}});
    pgproto::write(out, bind);
    pgproto::write(out, pgproto::Describe{.target = pgproto::Target::kPortal, .name = {}});
    pgproto::write(out, pgproto::Execute{.portal = {}, .max_rows = static_cast<std::int32_t>(statement.max_rows)});
    pgproto::write(out, pgproto::Sync{});
    return out;
}

}  // namespace

asio::awaitable<void> StatementRun::start(const Statement& statement) {
    const pgproto::Buffer messages = messages_of(statement);
    if (const Result<void> sent = co_await session_.send(messages); !sent) lose(sent.error());
}

std::optional<StatementEvent> StatementRun::next() {
    while (!over_) {
        std::optional<Result<pgproto::BackendMessage>> message = session_.take();
        if (!message) return std::nullopt;
        if (!*message) {
            lose(message->error());
            break;
        }
        if (auto event = event_of(std::move(**message))) return event;
    }
    return end_;
}

asio::awaitable<void> StatementRun::wait() {
    if (fail_copy_) {
        fail_copy_ = false;
        pgproto::Buffer out;
        pgproto::write(out, pgproto::CopyFail{"there is no data for it here"});
        pgproto::write(out, pgproto::Sync{});
        if (const Result<void> sent = co_await session_.send(out); !sent) lose(sent.error());
    }
    if (over_) co_return;
    if (const Result<void> received = co_await session_.receive(); !received) lose(received.error());
}

std::optional<StatementEvent> StatementRun::event_of(pgproto::BackendMessage message) {
    if (auto* columns = std::get_if<pgproto::RowDescription>(&message)) return std::move(*columns);
    if (auto* row = std::get_if<pgproto::DataRow>(&message)) {
        ++end_.rows;
        return std::move(*row);
    }
    if (auto* notice = std::get_if<pgproto::NoticeResponse>(&message)) return std::move(*notice);
    if (const auto* ready = std::get_if<pgproto::ReadyForQuery>(&message)) {
        end_.transaction = ready->status;
        over_ = true;
        return end_;
    }
    if (const auto* complete = std::get_if<pgproto::CommandComplete>(&message)) end_.tag = complete->tag;
    if (std::holds_alternative<pgproto::PortalSuspended>(message)) end_.more = true;
    if (const auto* copy = std::get_if<pgproto::CopyResponse>(&message)) refuse_copy(*copy);
    if (const auto* failure = std::get_if<pgproto::ErrorResponse>(&message); failure != nullptr && !end_.error) {
        end_.error = failure->error;
    }
    return std::nullopt;
}

void StatementRun::refuse_copy(const pgproto::CopyResponse& copy) {
    end_.error = Error{sqlstate::kFeatureNotSupported, "COPY from or to the client is not possible here", "",
                       std::string(kCopyHint)};
    fail_copy_ = copy.direction == 'G';
    if (!fail_copy_) session_.cancel();  // its data goes nowhere
}

void StatementRun::lose(const Error& error) {
    if (!end_.error) end_.error = error;
    end_.session_over = true;
    over_ = true;
}

}  // namespace smew::http
