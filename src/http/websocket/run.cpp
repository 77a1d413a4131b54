#include "http/websocket/run.hpp"

namespace smew::http::websocket {
namespace {

constexpr std::string_view kCopyHint =
    "Use a PostgreSQL client such as psql for COPY; here SELECT streams its rows, and files are imported over REST.";

Step script(std::string_view sql, bool quiet) {
    Step step{.messages = {}, .quiet = quiet};
    pgproto::write(step.messages, pgproto::Query{sql});
    return step;
}

}  // namespace

Step step_of(std::string_view sql, const std::optional<std::vector<std::optional<std::string>>>& parameters) {
    if (!parameters) return script(sql, false);
    pgproto::Bind bind{};
    for (const auto& parameter : *parameters) {
        bind.parameters.push_back(parameter ? std::optional<ByteSpan>(as_bytes(*parameter)) : std::nullopt);
    }
    Step step{.messages = {}, .extended = true};
    pgproto::write(step.messages, pgproto::Parse{.statement = {}, .sql = sql, .parameter_types = {}});
    pgproto::write(step.messages, bind);
    pgproto::write(step.messages, pgproto::Describe{.target = pgproto::Target::kPortal, .name = {}});
    pgproto::write(step.messages, pgproto::Execute{.portal = {}, .max_rows = 0});
    pgproto::write(step.messages, pgproto::Sync{});
    return step;
}

std::deque<Step> read_only_steps(std::string_view sql) {
    // The extended protocol takes one statement only, so that a COMMIT in the text cannot end the transaction.
    return {script("BEGIN TRANSACTION READ ONLY", true), step_of(sql, std::vector<std::optional<std::string>>{}),
            script("ROLLBACK", true)};
}

Run::Run(std::string id, std::deque<Step> steps, std::size_t batch_bytes, Say say)
    : id_(std::move(id)), steps_(std::move(steps)), rows_(id_, batch_bytes), say_(std::move(say)) {}

Run::Need Run::take(const pgproto::BackendMessage& message) {
    const bool quiet = steps_.front().quiet;
    if (const auto* failure = std::get_if<pgproto::ErrorResponse>(&message)) {
        keep(*failure);
    } else if (const auto* ready = std::get_if<pgproto::ReadyForQuery>(&message)) {
        return end_step(ready->status);
    } else if (const auto* copy = std::get_if<pgproto::CopyResponse>(&message)) {
        return refuse(*copy);
    } else if (const auto* notice = std::get_if<pgproto::NoticeResponse>(&message); notice != nullptr && !quiet) {
        say_(notice_message(id_, notice->severity, notice->notice));
    } else if (const auto* columns = std::get_if<pgproto::RowDescription>(&message); columns != nullptr && !quiet) {
        rows_.begin(*columns);
    } else if (const auto* row = std::get_if<pgproto::DataRow>(&message); row != nullptr && !quiet) {
        ++count_;
        if (auto batch = rows_.add(*row)) say_(std::move(*batch));
    } else if (const auto* complete = std::get_if<pgproto::CommandComplete>(&message); complete != nullptr && !quiet) {
        keep(*complete);
    }
    return Need::kMore;
}

// Rows that were read before an error are told: they may have taken long.
void Run::keep(const pgproto::ErrorResponse& failure) {
    tell_rows();
    if (!error_) error_ = failure.error;
}

void Run::keep(const pgproto::CommandComplete& complete) {
    tell_rows();
    completion_.results.push_back({.tag = std::string(complete.tag), .rows = count_});
    count_ = 0;
}

void Run::tell_rows() {
    if (auto batch = rows_.finish()) say_(std::move(*batch));
}

Run::Need Run::refuse(const pgproto::CopyResponse& copy) {
    if (!error_) {
        error_ = Error{sqlstate::kFeatureNotSupported, "COPY from or to the client is not possible here", "",
                       std::string(kCopyHint)};
    }
    return copy.direction == 'G' ? Need::kCopyFail : Need::kCancel;
}

Run::Need Run::end_step(pgproto::TransactionStatus status) {
    completion_.transaction = status;
    steps_.pop_front();
    // After a failure only what is quiet goes on: it tidies up.
    while (error_ && !steps_.empty() && !steps_.front().quiet) steps_.pop_front();
    return steps_.empty() ? Need::kEnd : Need::kNextStep;
}

}  // namespace smew::http::websocket
