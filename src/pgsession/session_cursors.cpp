// Cursors of SQL: portals that DECLARE opens and FETCH reads. Source: PostgreSQL 15, src/backend/commands/portalcmds.c.
#include "pgsession/session_impl.hpp"

#include <algorithm>

namespace smew::pgsession {
namespace {

std::vector<pgproto::Format> formats_of(const Portal& cursor) {
    const pgproto::Format format = cursor.binary ? pgproto::Format::kBinary : pgproto::Format::kText;
    return std::vector<pgproto::Format>(cursor.statement->fields.size(), format);
}

std::string fetch_tag(bool move, std::uint64_t rows) {
    return (move ? "MOVE " : "FETCH ") + std::to_string(rows);
}

Error in_declare(Error error, const DeclareCommand& command) {
    if (error.position > 0) error.position += command.query_offset;
    return error;
}

}  // namespace

// ---------------------------------------------------------------- DECLARE

Result<StatementPtr> SessionImpl::plan_cursor(const DeclareCommand& command, std::span<const std::uint32_t> types) {
    tell_dialect();
    auto parsed = connection_->parse(command.query);
    if (!parsed) return in_declare(parsed.error(), command);
    if (parsed->size() != 1) return Error{sqlstate::kSyntaxError, "a cursor is for one query"};
    begin_statement();
    if (const Result<void> entered = enter_engine(); !entered) return entered.error();
    Result<StatementPtr> query = make_plan(command.query, std::move(parsed->front()), types);
    if (!query) return in_declare(query.error(), command);
    if ((*query)->plan->kind() != engine::StatementKind::kSelect) {
        return Error{sqlstate::kSyntaxError, "a cursor is for SELECT and VALUES only", "", "",
                     command.query_offset + 1};
    }
    return query;
}

Result<StatementPtr> SessionImpl::prepare_declare(std::string_view sql, DeclareCommand command,
                                                  std::span<const std::uint32_t> types) {
    if (const Result<void> allowed = check_block(); !allowed) return allowed.error();
    Result<StatementPtr> query = plan_cursor(command, types);
    if (!query) return query;
    watch_.end();
    auto statement = std::make_shared<PreparedStatement>();
    statement->sql = std::string(sql);
    statement->stated_types.assign(types.begin(), types.end());
    statement->parameter_types = (*query)->parameter_types;
    statement->target = std::move(*query);
    statement->command = std::move(command);
    return statement;
}

Result<void> SessionImpl::declare_cursor(const DeclareCommand& command, StatementPtr query, Portal& bound) {
    if (!block_.active()) {
        return Error{sqlstate::kNoActiveTransaction, "DECLARE CURSOR can only be used in transaction blocks"};
    }
    if (portals_.contains(command.name)) {
        return Error{sqlstate::kDuplicateCursor, "cursor \"" + command.name + "\" already exists"};
    }
    if (portals_.size() >= limits_.max_prepared_statements) {
        return Error{sqlstate::kConfigurationLimitExceeded, "too many open portals", "",
                     "Close those that are no longer used."};
    }
    if (!query) {
        Result<StatementPtr> planned = plan_cursor(command, {});
        if (!planned) return planned.error();
        query = std::move(*planned);
    }
    auto cursor = std::make_shared<Portal>();
    cursor->statement = std::move(query);
    cursor->binary = command.binary;
    cursor->bind_body = std::move(bound.bind_body);
    cursor->owned = std::move(bound.owned);
    cursor->parameters = std::move(bound.parameters);
    if (const Result<void> opened = open_cursor(*cursor); !opened) return opened;
    portals_.emplace(command.name, std::move(cursor));
    return {};
}

// Executed at once, not by the first FETCH: a cursor shows what there was when it was declared.
Result<void> SessionImpl::open_cursor(Portal& cursor) {
    begin_statement();
    if (const Result<void> entered = enter_engine(); !entered) return entered;
    cursor.started = true;
    auto rows = start(*cursor.statement, cursor.parameters, false, !cursor.statement->described);
    if (!rows) return rows.error();
    if (cursor.formats.size() != cursor.statement->fields.size()) cursor.formats = formats_of(cursor);
    cursor.stream = open_stream(*cursor.statement, std::move(*rows), cursor.formats);
    suspended_ = &cursor;
    return {};
}

Result<SessionImpl::Answer> SessionImpl::perform_one(const DeclareCommand& command) {
    Portal unbound;
    if (const Result<void> declared = declare_cursor(command, nullptr, unbound); !declared) return declared.error();
    return Answer{"DECLARE CURSOR", {}};
}

// ---------------------------------------------------------------- FETCH, MOVE

Result<std::shared_ptr<Portal>> SessionImpl::find_cursor(const std::string& name) const {
    const auto found = portals_.find(name);
    if (found != portals_.end()) return found->second;
    return Error{sqlstate::kInvalidCursorName, "cursor \"" + name + "\" does not exist"};
}

Result<std::shared_ptr<Portal>> SessionImpl::open_for_fetch(const FetchCommand& command) {
    auto cursor = find_cursor(command.name);
    if (!cursor) return cursor;
    const PreparedStatement& statement = *(*cursor)->statement;
    if (!statement.plan || !statement.returns_rows() || statement.plan->kind() != engine::StatementKind::kSelect) {
        return Error{sqlstate::kFeatureNotSupported, "rows can be fetched from SELECT and VALUES only"};
    }
    if ((*cursor)->started) return cursor;
    // A portal of Bind that was not executed yet.
    if (const Result<void> opened = open_cursor(**cursor); !opened) return opened.error();
    return cursor;
}

Result<void> SessionImpl::encode_cursor_as(Portal& cursor, std::vector<pgproto::Format> formats) const {
    if (cursor.formats == formats) return {};
    if (!cursor.spool.empty()) {
        return Error{sqlstate::kFeatureNotSupported, "the format of a cursor cannot change between its rows", "",
                     "Other statements ran meanwhile, and the rows are kept in the format of the first FETCH."};
    }
    if (cursor.stream) {
        cursor.stream->encoder = {cursor.statement->plan->columns(), formats, settings_.value_format()};
        cursor.stream->zone = settings_.zone();
    }
    cursor.formats = std::move(formats);
    return {};
}

Result<std::uint64_t> SessionImpl::fetch(Portal& cursor, bool move, std::uint64_t max_rows) {
    if (cursor.lost) return *cursor.lost;
    begin_statement();
    std::uint64_t rows = 0;
    Result<bool> all = move ? Result<bool>(skip_spool(cursor, max_rows, rows)) : send_spool(cursor, max_rows, rows);
    if (all && *all && cursor.stream) {
        all = move ? skip_rows(*cursor.stream, max_rows, rows) : send_rows(*cursor.stream, max_rows, rows);
    }
    if (!all) return all.error();
    if (*all) {
        if (suspended_ == &cursor) suspended_ = nullptr;
        cursor.stream.reset();
        cursor.finished = true;
    }
    return rows;
}

Result<std::string> SessionImpl::run_simple_fetch(const FetchCommand& command, const PreparedStatement& statement) {
    const auto cursor = open_for_fetch(command);
    if (!cursor) return cursor.error();
    if (!command.move) {
        const std::vector<pgproto::Format> formats = formats_of(**cursor);
        if (const Result<void> encoded = encode_cursor_as(**cursor, formats); !encoded) return encoded.error();
        statement.append_row_description(wire_.out(), formats);
    }
    const Result<std::uint64_t> rows = fetch(**cursor, command.move, command.rows.value_or(0));
    if (!rows) return rows.error();
    return fetch_tag(command.move, *rows);
}

// A FETCH may itself be executed in parts.
Result<void> SessionImpl::execute_fetch(Portal& portal, std::uint64_t max_rows) {
    const auto command = std::get<FetchCommand>(*portal.statement->command);
    portal.started = true;
    std::uint64_t wanted = max_rows;
    if (command.rows) {
        const std::uint64_t left = *command.rows - portal.fetched;
        wanted = max_rows == 0 || command.move ? left : std::min(left, max_rows);
    }
    const bool done = portal.finished || (command.rows && *command.rows == portal.fetched);
    if (!done) {
        const auto cursor = open_for_fetch(command);
        if (!cursor) return cursor.error();
        if (!command.move) {
            // It may be another cursor of that name than the one this FETCH was bound for.
            if (portal.formats.size() != (*cursor)->statement->fields.size()) {
                return Error{sqlstate::kFeatureNotSupported, "cached plan must not change result type"};
            }
            if (const Result<void> encoded = encode_cursor_as(**cursor, portal.formats); !encoded) return encoded;
        }
        const Result<std::uint64_t> rows = fetch(**cursor, command.move, command.move && !command.rows ? 0 : wanted);
        if (!rows) return rows.error();
        portal.fetched += *rows;
        if (!command.move && max_rows != 0 && *rows == max_rows) {
            pgproto::write_portal_suspended(wire_.out());
            watch_.end();
            return {};
        }
    }
    portal.finished = true;
    pgproto::write_command_complete(wire_.out(), fetch_tag(command.move, portal.fetched));
    record(StatementOutcome::kSuccess);
    return {};
}

// What a prepared FETCH gives is what the cursor of that name has now.
void SessionImpl::refresh_fetch(PreparedStatement& statement) const {
    if (!statement.command || !std::holds_alternative<FetchCommand>(*statement.command)) return;
    auto columns = columns_of(*statement.command);
    statement.row_description.clear();
    statement.fields.clear();
    if (columns && !columns->empty()) statement.describe_as(std::move(*columns));
}

Result<SessionImpl::Answer> SessionImpl::perform_one(const FetchCommand&) {
    return Error{sqlstate::kInternalError, "FETCH was not resolved"};
}

// ---------------------------------------------------------------- CLOSE

Result<SessionImpl::Answer> SessionImpl::perform_one(const CloseCommand& command) {
    if (command.name.empty()) {
        erase_portals();
        return Answer{"CLOSE CURSOR ALL", {}};
    }
    if (const auto cursor = find_cursor(command.name); !cursor) return cursor.error();
    erase_portal(command.name);
    return Answer{"CLOSE CURSOR", {}};
}

}  // namespace smew::pgsession
