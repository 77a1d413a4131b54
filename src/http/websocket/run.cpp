#include "http/websocket/run.hpp"

#include "core/cancel.hpp"
#include "sql/lexer.hpp"

#include <algorithm>

namespace smew::http::websocket {
namespace {

constexpr std::size_t kMaxStatements = 10'000;  // of one message, when each is a step
constexpr std::string_view kCopyHint =
    "Use a PostgreSQL client such as psql for COPY; here SELECT streams its rows, and files are imported over REST.";

Step script(std::string_view sql, bool quiet, std::string_view traceparent) {
    Step step{.messages = {}, .quiet = quiet, .traced = TracedText(sql, traceparent)};
    pgproto::write(step.messages, pgproto::Query{step.traced->take()});
    return step;
}

Step single(std::string_view sql, const std::vector<std::optional<std::string>>& parameters, std::uint32_t max_rows) {
    pgproto::Bind bind{};
    for (const auto& parameter : parameters) {
        bind.parameters.push_back(parameter ? std::optional<ByteSpan>(as_bytes(*parameter)) : std::nullopt);
    }
    Step step{.messages = {}, .extended = true};
    pgproto::write(step.messages, pgproto::Parse{.statement = {}, .sql = sql, .parameter_types = {}});
    pgproto::write(step.messages, bind);
    pgproto::write(step.messages, pgproto::Describe{.target = pgproto::Target::kPortal, .name = {}});
    pgproto::write(step.messages, pgproto::Execute{.portal = {}, .max_rows = static_cast<std::int32_t>(max_rows)});
    pgproto::write(step.messages, pgproto::Sync{});
    return step;
}

Error too_many_statements() {
    return {sqlstate::kConfigurationLimitExceeded,
            "more than " + std::to_string(kMaxStatements) + " statements in one message", "",
            "Send them in several messages, or without \"max_rows\"."};
}

}  // namespace

Step step_of(std::string_view sql, const std::optional<std::vector<std::optional<std::string>>>& parameters,
             std::string_view traceparent) {
    return parameters ? single(with_trace(sql, traceparent), *parameters, 0) : script(sql, false, traceparent);
}

Result<std::deque<Step>> steps_of(const Query& query, std::string_view traceparent) {
    const auto whole_text = [&] { return with_trace(query.sql, traceparent); };
    if (query.parameters) return std::deque<Step>{single(whole_text(), *query.parameters, query.max_rows)};
    if (query.max_rows == 0) return std::deque<Step>{script(query.sql, false, traceparent)};
    std::deque<Step> steps;
    const std::string_view whole = query.sql;
    std::size_t counted = 0;
    int characters = 0;
    for (const std::string_view statement : sql::split_statements(whole)) {
        if (steps.size() == kMaxStatements) return too_many_statements();
        const auto start = static_cast<std::size_t>(statement.data() - whole.data());
        characters += characters_in(whole.substr(counted, start - counted));
        counted = start;
        steps.push_back(single(with_trace(statement, traceparent), {}, query.max_rows));
        steps.back().characters_before = characters;
    }
    if (steps.empty()) steps.push_back(single(whole_text(), {}, query.max_rows));
    return steps;
}

std::deque<Step> read_only_steps(std::string_view sql, std::string_view traceparent) {
    // The extended protocol takes one statement only, so that a COMMIT in the text cannot end the transaction.
    return {script("BEGIN TRANSACTION READ ONLY", true, traceparent),
            step_of(sql, std::vector<std::optional<std::string>>{}, traceparent),
            script("ROLLBACK", true, traceparent)};
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
        result_ = rows_.begin(*columns);
    } else if (const auto* row = std::get_if<pgproto::DataRow>(&message); row != nullptr && !quiet) {
        ++count_;
        if (auto batch = rows_.add(*row)) say_(std::move(*batch));
    } else if (const auto* complete = std::get_if<pgproto::CommandComplete>(&message); complete != nullptr && !quiet) {
        keep_result(std::string(complete->tag), false);
    } else if (std::holds_alternative<pgproto::PortalSuspended>(message) && !quiet) {
        keep_result("SELECT " + std::to_string(count_), true);
    }
    return Need::kMore;
}

// Rows that were read before an error are told: they may have taken long.
void Run::keep(const pgproto::ErrorResponse& failure) {
    tell_rows();
    if (error_) return;
    error_ = failure.error;
    const Step& step = steps_.front();
    if (error_->position <= 0) return;
    if (step.traced) error_->position = step.traced->position_before(error_->position);
    error_->position += step.characters_before;
}

void Run::keep_result(std::string tag, bool more) {
    tell_rows();
    completion_.results.push_back({.tag = std::move(tag), .rows = count_, .more = more, .result = result_});
    count_ = 0;
    result_.reset();
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
    if (stopped_ && !error_ && !steps_.empty() && !steps_.front().quiet) error_ = error_for(CancelReason::kUser);
    // After a failure only what is quiet goes on: it tidies up.
    while (error_ && !steps_.empty() && !steps_.front().quiet) steps_.pop_front();
    return steps_.empty() ? Need::kEnd : Need::kNextStep;
}

}  // namespace smew::http::websocket
