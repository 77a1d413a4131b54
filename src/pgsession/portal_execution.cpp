// Execute: portals that start, are suspended at a row limit, and go on.
#include "pgsession/session_impl.hpp"

namespace smew::pgsession {
namespace {

// SELECTs may be executed again at their end and give no more rows; what changes something may not.
bool reads_only(const PreparedStatement& statement) {
    return statement.command || statement.plan->kind() == engine::StatementKind::kSelect ||
           statement.plan->kind() == engine::StatementKind::kExplain;
}

}  // namespace

Result<void> SessionImpl::on_execute(const pgproto::Execute& message) {
    const auto found = portals_.find(std::string(message.portal));
    if (found == portals_.end()) {
        return Error{sqlstate::kInvalidCursorName, "portal \"" + std::string(message.portal) + "\" does not exist"};
    }
    // Kept here: COMMIT, for one, removes all portals while it runs.
    const std::shared_ptr<Portal> portal = found->second;
    begin_about({portal->statement, portal->written});
    recorder_.resume(std::exchange(portal->notes, {}));
    recorder_.publish();
    if (portal->statement->empty()) {
        pgproto::write_empty_query_response(wire_.out());
        return {};
    }
    if (const Result<void> allowed = check_block(portal->statement->ends_block()); !allowed) return allowed;
    if (portal->finished && !(portal->statement->returns_rows() && reads_only(*portal->statement))) {
        return Error{sqlstate::kObjectNotInPrerequisiteState,
                     "portal \"" + std::string(message.portal) + "\" cannot be run"};
    }
    const auto max_rows = static_cast<std::uint64_t>(message.max_rows > 0 ? message.max_rows : 0);
    return portal->started ? resume_portal(*portal, max_rows) : start_portal(*portal, max_rows);
}

Result<void> SessionImpl::start_portal(Portal& portal, std::uint64_t max_rows) {
    bool alone = !block_.active() && sync_follows();
    if (!alone) block_.begin_implicit();
    if (portal.statement->command) {
        if (std::holds_alternative<FetchCommand>(*portal.statement->command)) return execute_fetch(portal, max_rows);
        const auto* execute = std::get_if<ExecuteCommand>(&*portal.statement->command);
        if (execute == nullptr) return start_command_portal(portal, max_rows);
        const ExecuteCommand command = *execute;
        if (const Result<void> bound = bind_execute(command, portal); !bound) return bound;
    }
    portal.started = true;
    PreparedStatement& statement = *portal.statement;
    alone = stands_alone(statement, alone);
    if (max_rows == 0 && answer_constant(statement, portal.formats)) {
        portal.finished = true;
        record(StatementOutcome::kSuccess, statement.constant->tag);
        return {};
    }
    begin_statement();
    if (const Result<void> entered = enter_engine(); !entered) return entered;
    auto cursor = start(statement, portal.parameters, alone, !statement.described);
    if (!cursor) return cursor.error();
    if (!statement.plan->returns_rows()) {
        const Result<std::uint64_t> changed = drain(**cursor);
        if (!changed) return changed.error();
        portal.finished = true;
        block_.keep_change(portal.statement, portal.parameters, *changed);
        complete(command_tag(statement.plan->kind(), statement.sql, false, *changed));
        after_statement(statement);
        return {};
    }
    if (statement.plan->kind() == engine::StatementKind::kExplain) {
        const Result<std::uint64_t> lines = write_plan(**cursor, statement, portal.spool);
        if (!lines) return lines.error();
        return resume_portal(portal, max_rows);
    }
    portal.formats.resize(statement.fields.size(),
                          portal.formats.empty() ? pgproto::Format::kText : portal.formats.front());
    portal.stream = open_stream(statement, std::move(*cursor), portal.formats);
    if (max_rows != 0 && !reads_only(statement)) {
        // INSERT … RETURNING runs to its end whatever the client fetches of it.
        if (const Result<void> kept = spool_rest(portal); !kept) return kept;
        portal.stream.reset();
    }
    return resume_portal(portal, max_rows);
}

Result<void> SessionImpl::start_command_portal(Portal& portal, std::uint64_t max_rows) {
    const StatementPtr statement = portal.statement;
    portal.started = true;
    if (const auto* declare = std::get_if<DeclareCommand>(&*statement->command)) {
        if (const Result<void> declared = declare_cursor(*declare, statement->target, portal); !declared) {
            return declared;
        }
        portal.finished = true;
        complete("DECLARE CURSOR");
        return {};
    }
    if (const auto* copy = std::get_if<CopyCommand>(&*statement->command); copy != nullptr && copy->from) {
        portal.finished = true;
        return start_copy_in(*copy, true);
    }
    const Result<Answer> answer = perform(*statement->command);
    if (!answer) return answer.error();
    if (statement->returns_rows()) {
        append_rows(*answer, *statement, portal.formats, portal.spool);
        return resume_portal(portal, max_rows);
    }
    portal.finished = true;
    complete(answer->tag);
    return {};
}

Result<void> SessionImpl::resume_portal(Portal& portal, std::uint64_t max_rows) {
    if (portal.lost) return *portal.lost;
    if (portal.statement->command && std::holds_alternative<FetchCommand>(*portal.statement->command)) {
        return execute_fetch(portal, max_rows);
    }
    PreparedStatement& statement = *portal.statement;
    begin_statement();
    delivered_ = portal.delivered;
    const std::size_t start_of_rows = wire_.out().size();
    const std::uint64_t flushes = wire_.flushes();
    std::uint64_t sent = 0;
    Result<bool> all = send_spool(portal, max_rows, sent);
    if (all && *all && portal.stream) all = send_rows(*portal.stream, max_rows, sent);
    if (!all) {
        portal.lost = all.error();
        return all.error();
    }
    // Whether there is a row behind the last one asked for is not known before the next Execute, as in PostgreSQL.
    if (max_rows != 0 && sent == max_rows) {
        if (portal.stream) suspended_ = &portal;
        portal.delivered = std::exchange(delivered_, {});
        suspend(portal);
        return {};
    }
    const bool whole = max_rows == 0 && !portal.finished && portal.stream && suspended_ != &portal;
    if (suspended_ == &portal) suspended_ = nullptr;
    portal.stream.reset();
    portal.finished = true;
    std::string tag;
    if (statement.plan) {
        tag = command_tag(statement.plan->kind(), statement.sql, true, sent);
    } else {
        tag = std::holds_alternative<ShowCommand>(*statement.command) ? "SHOW" : "SELECT " + std::to_string(sent);
    }
    if (whole) keep_constant(statement, portal.formats, start_of_rows, flushes, tag, sent);
    if (whole) block_.keep_change(portal.statement, portal.parameters, sent);
    complete(tag);
    return {};
}

}  // namespace smew::pgsession
