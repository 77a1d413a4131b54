// Conversations: what is SQL is run, the rest is for the model.

#include "core/random.hpp"
#include "http/websocket/session.hpp"
#include "http/websocket/statement_text.hpp"
#include "net/run_blocking.hpp"

#include <boost/asio/post.hpp>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"  // see http_connection.hpp
#endif

namespace smew::http::websocket {

namespace asio = boost::asio;
using asio::awaitable;

namespace {

constexpr std::uint64_t kHistory = 10;  // messages the model is told of
constexpr std::chrono::seconds kSchemaTimeout{10};
constexpr std::string_view kSchemaQuery =
    "SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns "
    "WHERE table_schema NOT IN ('information_schema', 'pg_catalog') ORDER BY 1, 2, ordinal_position";
constexpr std::string_view kNoModel =
    "This is no SQL, and no language model is configured to answer it. The server's admin sets llm_url and llm_model "
    "(and llm_api_key) for that; until then send SQL.";

Error too_large(std::uint64_t limit) {
    return {sqlstate::kConfigurationLimitExceeded, "the content is larger than " + to_text(Bytes{limit}), "",
            "Make it smaller, or use \"query\" for large SQL (conversation_max_message_bytes)."};
}

Error too_often() {
    return {sqlstate::kConfigurationLimitExceeded, "too many messages in this minute", "",
            "Wait a little (conversation_max_messages_per_minute)."};
}

std::string summary_of(const std::vector<StatementResult>& results) {
    std::string summary;
    for (const StatementResult& result : results) summary.append(summary.empty() ? "" : "; ").append(result.tag);
    return summary;
}

}  // namespace

Session::Work Session::talk_work(std::string id, std::string conversation, std::string content,
                                 MessageTrace trace) const {
    Work work{.id = std::move(id),
              .steps = {},
              .since = house_.context.clock.steady_now(),
              .talk = TalkContext{},
              .trace = std::move(trace),
              .waits_since = {}};
    catalog::Exchange& exchange = work.talk->exchange;
    exchange.talker = talker();
    exchange.conversation = conversation.empty() ? conversation_ : catalog::ConversationId(std::move(conversation));
    exchange.may_create = exchange.conversation == conversation_;
    exchange.question.content = std::move(content);
    return work;
}

void Session::handle(const Talk& talk) {
    const std::uint64_t limit = house_.context.settings.conversation_max_message_bytes.count;
    if (talk.content.size() > limit) return say(error_message(talk.id, too_large(limit)));
    const std::string name = guest_->workspace.id.value() + "/" + guest_->name;
    if (!house_.talk_rates.take(name, house_.context.clock.steady_now())) {
        return say(error_message(talk.id, too_often()));
    }
    if (conversation_.value().empty()) conversation_ = catalog::ConversationId("conv_" + random_hex(16));
    Work work = talk_work(talk.id, talk.conversation, talk.content, begin_trace("message", talk.trace));
    if (looks_like_sql(talk.content)) {
        work.talk->exchange.answer.sql = talk.content;
        work.steps.push_back(step_of(talk.content, std::nullopt, work.trace.parent()));
    } else {
        work.talk->ask_model = true;
    }
    if (work.talk->exchange.may_create) return enqueue(std::move(work));
    house_.tasks.spawn(channel_->executor(), begin_talk(shared_from_this(), std::move(work)));
}

// Nothing is run for a conversation that does not exist.
awaitable<void> Session::begin_talk(Pointer self, Work work) {
    const catalog::Exchange exchange = work.talk->exchange;
    const auto look = [&] { return self->house_.context.store.conversation(exchange.talker, exchange.conversation); };
    const auto found = co_await net::run_blocking(self->house_.pool, look);
    if (found)
        self->enqueue(std::move(work));
    else
        self->refuse(work, found.error());
}

void Session::handle(const Confirm& confirm) {
    house_.tasks.spawn(channel_->executor(), begin_confirmed(shared_from_this(), confirm));
}

awaitable<void> Session::begin_confirmed(Pointer self, Confirm confirm) {
    const catalog::ConversationId conversation(confirm.conversation);
    const auto look = [&] {
        return self->house_.context.store.conversation_message(self->talker(), conversation, confirm.message);
    };
    const auto message = co_await net::run_blocking(self->house_.pool, look);
    if (!message) {
        self->say(error_message(confirm.id, message.error()));
        co_return;
    }
    if (!message->needs_confirmation) {
        self->say(error_message(confirm.id, {sqlstate::kObjectNotInPrerequisiteState,
                                             "this message proposes nothing that is to be confirmed"}));
        co_return;
    }
    Work work =
        self->talk_work(confirm.id, confirm.conversation, "(confirmed)", self->begin_trace("confirm", confirm.trace));
    work.talk->exchange.answer.sql = message->sql;
    work.talk->exchange.answer.model = message->model;
    work.steps.push_back(step_of(message->sql, std::nullopt, work.trace.parent()));
    self->enqueue(std::move(work));
}

awaitable<void> Session::ask_model(Pointer self, Work work) {
    const auto cancelled = self->asking_;
    Result<Proposal> proposal = Proposal{.content = std::string(kNoModel), .sql = {}};
    if (self->house_.model.configured()) {
        const auto ask = [&self, &work, cancelled] { return self->propose(*work.talk, *cancelled); };
        const WallTime begun = self->house_.context.clock.now();
        proposal = co_await net::run_blocking(self->house_.model_pool, ask);
        work.trace.add_part("gen_ai.chat", self->house_.model.name(), begun, self->house_.context.clock.now(),
                            proposal ? tracing::Status::kOk : tracing::Status::kUnavailable);
    }
    self->asking_.reset();
    if (!self->ended_) self->answer_with(std::move(work), proposal);
}

// On a thread of the model's pool.
Result<Proposal> Session::propose(const TalkContext& talk, const std::atomic<bool>& cancelled) const {
    if (cancelled) return error_for(CancelReason::kUser);
    std::vector<Utterance> history;
    const catalog::Exchange& exchange = talk.exchange;
    for (const catalog::ConversationMessage& one :
         house_.context.store.last_messages(exchange.talker, exchange.conversation, kHistory)) {
        const std::string sql = one.role == "assistant" && !one.sql.empty() ? "\n```sql\n" + one.sql + "\n```" : "";
        history.push_back({one.role, one.content + sql});
    }
    history.push_back({"user", exchange.question.content});
    const SteadyTime started = house_.context.clock.steady_now();
    Result<Proposal> proposal = house_.model.ask(schema_text(), history, cancelled);
    const auto taken = house_.context.clock.steady_now() - started;
    house_.context.metrics.llm_request(proposal.has_value(),
                                       std::chrono::duration_cast<std::chrono::microseconds>(taken));
    return proposal;
}

// "schema.table(column type, …)", a line a table; cut where it grows too large.
std::string Session::schema_text() const {
    std::string text, table;
    const auto rows = house_.context.fleet.execute(guest_->workspace, kSchemaQuery, kSchemaTimeout);
    if (!rows) return text;  // the model may know enough without
    for (const auto& row : rows->rows) {
        const std::string name = row[0].value_or("") + "." + row[1].value_or("");
        const std::string column = row[2].value_or("") + " " + row[3].value_or("");
        const std::string more = name == table ? ", " + column : (table.empty() ? "" : ")\n") + name + "(" + column;
        if (text.size() + more.size() > house_.context.settings.llm_max_schema_bytes.count) break;
        text += more;
        table = name;
    }
    return text.empty() ? text : text + ")\n";
}

void Session::answer_with(Work work, const Result<Proposal>& proposal) {
    TalkContext& talk = *work.talk;
    if (!proposal) {
        finish_talk(work.id, std::move(talk), std::move(work.trace), proposal.error(), {});
        return start_next();
    }
    catalog::ConversationMessage& answer = talk.exchange.answer;
    answer.content = proposal->content;
    answer.sql = proposal->sql;
    if (!answer.sql.empty()) answer.model = house_.model.name();
    answer.needs_confirmation = !answer.sql.empty() && !only_reads(answer.sql);
    if (answer.sql.empty() || answer.needs_confirmation) {
        finish_talk(work.id, std::move(talk), std::move(work.trace), {}, {});
        return start_next();
    }
    // Inside the user's own transaction it is at least one statement that starts like a query.
    if (transaction_ == pgproto::TransactionStatus::kIdle)
        work.steps = read_only_steps(answer.sql, work.trace.parent());
    else
        work.steps.push_back(step_of(answer.sql, std::vector<std::optional<std::string>>{}, work.trace.parent()));
    talk.ask_model = false;
    waiting_.push_front(std::move(work));
    start_next();
}

// Keeps question and answer, then tells the last word.
void Session::finish_talk(const std::string& id, TalkContext talk, MessageTrace trace,
                          const std::optional<Error>& error, std::optional<Completion> completion) {
    catalog::ConversationMessage& kept = talk.exchange.answer;
    if (error) {
        kept.sqlstate = error->code.text();
        kept.content.append(kept.content.empty() ? "" : "\n").append(error->message);
    } else if (completion && kept.content.empty()) {
        kept.content = summary_of(completion->results);
    }
    Answer answer{.conversation = talk.exchange.conversation.value(),
                  .message = 0,
                  .content = kept.content,
                  .sql = kept.sql,
                  .needs_confirmation = kept.needs_confirmation,
                  .model = kept.model,
                  .completion = std::move(completion),
                  .trace = std::string(trace.told())};
    trace.end(error);
    // The journal may outlive the connection.
    auto tell = [weak = weak_from_this(), executor = channel_->executor(), id, error,
                 answer = std::move(answer)](const Result<std::int64_t>& number) {
        asio::post(executor, [weak, id, error, answer, number] {
            const Pointer living = weak.lock();
            if (living) living->tell_kept(id, error, answer, number);
        });
    };
    house_.journal.keep(std::move(talk.exchange), std::move(tell));
}

void Session::tell_kept(const std::string& id, const std::optional<Error>& error, Answer answer,
                        const Result<std::int64_t>& number) {
    if (!number) return say(error_message(id, error ? *error : number.error()));
    answer.message = *number;
    say(error ? talk_error_message(id, *error, answer) : reply_message(id, answer));
}

}  // namespace smew::http::websocket
