#include "core/characters.hpp"
#include "pgsession/session_impl.hpp"
#include "pgsession/traceparent.hpp"
#include "pgsession/utf8.hpp"
#include "sql/lexer.hpp"

namespace smew::pgsession {
namespace {

constexpr std::size_t kMaxSharedBytes = 8U << 10;  // of texts whose literals are looked for

// Positions count characters of the whole message, the engine's those of one statement.
Error in_message(Error error, std::string_view message, std::string_view statement) {
    if (error.position <= 0) return error;
    const auto bytes = static_cast<std::size_t>(statement.data() - message.data());
    error.position += count_characters(message.substr(0, bytes));
    return error;
}

// A statement with what stands behind it up to the next one, where comments are: traces travel in them.
std::string_view part_of(std::string_view message, std::string_view statement, const char* end) {
    const auto begin = static_cast<std::size_t>(statement.data() - message.data());
    const std::string_view part = message.substr(begin, static_cast<std::size_t>(end - statement.data()));
    return part.substr(0, part.find_last_not_of(" \t\r\n;") + 1);
}

}  // namespace

void SessionImpl::handle_query(std::string_view text) {
    statement_started_ = std::chrono::steady_clock::now();
    begin_text(text);
    recorder_.publish();
    unnamed_.reset();
    if (!portals_.empty()) erase_portal("");
    if (const Result<void> ran = run_query(text); !ran) fail(ran.error());
    if (!copy_in_) ready();
}

Result<void> SessionImpl::run_query(std::string_view text) {
    if (StatementPtr kept = cache_.find(without_traceparent(text), {})) return run_simple(std::move(kept), true);
    if (auto invalid = invalid_utf8(text)) return *invalid;
    const std::string_view sql = without_traceparent(text);
    if (sql.size() > kMaxSharedBytes) return run_script(text);
    const std::optional<sql::ParameterForm> form = sql::parameter_form(sql);
    return form ? run_form(*form, text) : run_script(text);
}

// A statement that differs from others in its literals only, as it may be.
Result<void> SessionImpl::run_form(const sql::ParameterForm& form, std::string_view text) {
    const SharedPlans::State state = shared_plans_.state(form.sql);
    if (state == SharedPlans::State::kNew) shared_plans_.set(form.sql, SharedPlans::State::kSeen);
    if (state == SharedPlans::State::kNew || state == SharedPlans::State::kRefused) return run_script(text);
    const StatementPtr shared = state == SharedPlans::State::kShared ? cache_.find(form.sql, {}) : nullptr;
    if (shared == nullptr) return run_script(text, false, &form);
    OwnedTexts owned;
    const auto values = values_of(form.literals, shared->parameter_types, owned);
    if (!values) return run_script(text);
    const Result<void> ran = run_simple(shared, true, *values);
    if (!ran) return in_text(ran.error(), form, text);
    return {};
}

// Also plans the form of a statement that was planned, and keeps it when it does for others like it. Not within a
// block, which an error of the engine's could end.
void SessionImpl::share_plan(const sql::ParameterForm& form, const PreparedStatement& statement) {
    if (block_.active()) return;
    shared_plans_.set(form.sql, SharedPlans::State::kRefused);
    auto parsed = parse_for_engine(form.sql);
    if (!parsed) return;
    const Result<StatementPtr> planned = make_plan(form.sql, std::move(*parsed), {});
    OwnedTexts owned;
    if (!planned || !describes_the_same(**planned, statement)) return;
    if (!values_of(form.literals, (*planned)->parameter_types, owned)) return;
    cache_.keep(*planned);
    shared_plans_.set(form.sql, SharedPlans::State::kShared);
}

Result<void> SessionImpl::run_script(std::string_view text, bool continued, const sql::ParameterForm* form) {
    const std::vector<std::string_view> statements = sql::split_statements(text);
    if (statements.empty()) {
        pgproto::write_empty_query_response(wire_.out());
        return {};
    }
    // All is parsed before anything runs, as in PostgreSQL.
    std::vector<ParsedStatement> parsed;
    for (const std::string_view sql : statements) {
        Result<ParsedStatement> one = parse_one(sql);
        if (!one) return in_message(one.error(), text, sql);
        parsed.push_back(std::move(*one));
    }
    const bool only = parsed.size() == 1 && !continued;
    for (std::size_t i = 0; i < parsed.size(); ++i) {
        const std::string_view sql = parsed[i].sql;
        // Also behind a COMMIT among them: what follows is a block again.
        if (!only) block_.begin_implicit();
        if (i > 0) statement_started_ = std::chrono::steady_clock::now();
        if (!only) {
            const char* const end = i + 1 < parsed.size() ? parsed[i + 1].sql.data() : text.data() + text.size();
            begin_text(part_of(text, sql, end));
            recorder_.publish();
        }
        const Result<void> ran = run_parsed(std::move(parsed[i]), only ? without_traceparent(text) : std::string_view(),
                                            i + 1 == parsed.size(), only ? form : nullptr);
        if (!ran) return in_message(ran.error(), text, sql);
        if (!copy_in_) continue;
        // The rest waits for the rows.
        if (i + 1 < parsed.size())
            copy_in_->rest = text.substr(static_cast<std::size_t>(parsed[i + 1].sql.data() - text.data()));
        return {};
    }
    return {};
}

Result<SessionImpl::ParsedStatement> SessionImpl::parse_one(std::string_view sql) {
    Result<std::optional<SessionCommand>> command = recognise_session_command(sql);
    if (!command) return command.error();
    ParsedStatement parsed{.sql = sql, .command = std::move(*command)};
    if (parsed.command) return parsed;
    auto statement = parse_for_engine(sql);
    if (!statement) return statement.error();
    parsed.statement = std::move(*statement);
    return parsed;
}

Result<void> SessionImpl::run_parsed(ParsedStatement parsed, std::string_view key, bool last,
                                     const sql::ParameterForm* form) {
    if (parsed.command) {
        Result<StatementPtr> statement = make_command(parsed.sql, std::move(*parsed.command));
        if (!statement) return statement.error();
        return run_simple(std::move(*statement), last);
    }
    if (const Result<void> allowed = check_block(); !allowed) return allowed;
    begin_statement();
    if (const Result<void> entered = enter_engine(); !entered) return entered;
    Result<StatementPtr> statement = make_plan(key.empty() ? parsed.sql : key, std::move(parsed.statement), {});
    if (!statement) return statement.error();
    if (!key.empty()) cache_.offer(*statement);
    if (form != nullptr) share_plan(*form, **statement);
    return run_simple(std::move(*statement), last);
}

Result<void> SessionImpl::check_block(bool ends_block) const {
    if (!block_.failed() || ends_block) return {};
    return Error{sqlstate::kInFailedTransaction,
                 "current transaction is aborted, commands ignored until end of transaction block"};
}

Result<void> SessionImpl::run_simple(StatementPtr statement, bool last,
                                     std::span<const engine::ParameterValue> parameters) {
    if (const Result<void> allowed = check_block(statement->ends_block()); !allowed) return allowed;
    if (statement->command) {
        const Result<std::string> tag = run_simple_command(*statement, last);
        if (!tag) return tag.error();
        if (copy_in_) return {};
        return finish_simple(*tag, last);
    }
    // Only within a message of its own: with more, its CommandComplete must wait for the commit of them all.
    if (!block_.active() || block_.is_explicit()) {
        if (statement->constant && statement->constant->settings_generation == settings_.generation() &&
            statement->constant->formats.empty()) {
            statement->append_row_description(wire_.out(), {});
            answer_constant(*statement, {});
            record(StatementOutcome::kSuccess, statement->constant->tag);
            return {};
        }
    }
    begin_statement();
    if (const Result<void> entered = enter_engine(); !entered) return entered;
    const Result<std::string> tag = run_plan(statement, parameters, stands_alone(*statement, last));
    if (!tag) return tag.error();
    after_statement(*statement);
    return finish_simple(*tag, last);
}

Result<std::string> SessionImpl::run_simple_command(const PreparedStatement& statement, bool last) {
    if (const auto* execute = std::get_if<ExecuteCommand>(&*statement.command)) {
        Portal portal;
        if (const Result<void> bound = bind_execute(*execute, portal); !bound) return bound.error();
        begin_statement();
        if (const Result<void> entered = enter_engine(); !entered) return entered.error();
        const bool alone = stands_alone(*portal.statement, last);
        Result<std::string> tag = run_plan(portal.statement, portal.parameters, alone);
        if (tag) after_statement(*portal.statement);
        return tag;
    }
    if (const auto* command = std::get_if<FetchCommand>(&*statement.command)) {
        return run_simple_fetch(*command, statement);
    }
    if (const auto* copy = std::get_if<CopyCommand>(&*statement.command); copy != nullptr && copy->from) {
        if (const Result<void> started = start_copy_in(*copy, false); !started) return started.error();
        return std::string();
    }
    const Result<Answer> answer = perform(*statement.command);
    if (!answer) return answer.error();
    if (statement.returns_rows()) {
        statement.append_row_description(wire_.out(), {});
        append_rows(*answer, statement, {}, wire_.out());
        recorder_.rows(answer->rows.size());
    }
    return answer->tag;
}

Result<void> SessionImpl::finish_simple(const std::string& tag, bool last) {
    if (last && block_.active() && !block_.is_explicit()) {
        if (const Result<void> committed = commit_block(); !committed) return committed;
    }
    complete(tag);
    return {};
}

}  // namespace smew::pgsession
