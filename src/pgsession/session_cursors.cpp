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
    if (!block_.active() && !command.hold) {
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
    cursor->scroll = command.scroll;
    cursor->hold = command.hold;
    cursor->bind_body = std::move(bound.bind_body);
    cursor->owned = std::move(bound.owned);
    cursor->parameters = std::move(bound.parameters);
    if (const Result<void> opened = open_cursor(*cursor); !opened) return opened;
    if (!block_.active()) {
        if (const Result<void> kept = hold_cursor(*cursor); !kept) return kept;
    }
    list_cursor(command.name, std::string(recorder_.text()), *cursor);
    add_portal(command.name, std::move(cursor));
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

// Keeps all that a cursor WITH HOLD has not given yet, before its transaction ends.
Result<void> SessionImpl::hold_cursor(Portal& cursor) {
    if (cursor.lost) return *cursor.lost;
    if (cursor.stream) {
        begin_statement();
        if (const Result<void> kept = spool_rest(cursor); !kept) return kept;
    }
    if (suspended_ == &cursor) suspended_ = nullptr;
    cursor.stream.reset();
    cursor.held = true;
    return {};
}

Result<void> SessionImpl::hold_cursors() {
    for (const auto& [name, portal] : portals_) {
        if (!portal->hold || portal->held) continue;
        if (const Result<void> kept = hold_cursor(*portal); !kept) return kept;
    }
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
    if (!(*cursor)->scroll && !is_forward(command.direction, (*cursor)->position)) {
        return Error{sqlstate::kObjectNotInPrerequisiteState, "cursor can only scan forward", "",
                     "Declare it with SCROLL option to enable backward scan."};
    }
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

Result<std::uint64_t> SessionImpl::fetch(Portal& cursor, const FetchCommand& command) {
    if (cursor.lost) return *cursor.lost;
    begin_statement();
    Result<std::uint64_t> rows = cursor.scroll ? fetch_scrolling(cursor, command) : fetch_forward(cursor, command);
    if (!rows) cursor.lost = rows.error();
    return rows;
}

Result<std::uint64_t> SessionImpl::fetch_forward(Portal& cursor, const FetchCommand& command) {
    const FetchDirection& direction = command.direction;
    const bool one = direction.to == FetchTo::kAbsolute || direction.to == FetchTo::kRelative;
    std::uint64_t rows = 0;
    if (one) {
        const std::int64_t to = *rows_wanted(direction, cursor.position);
        const auto between = static_cast<std::uint64_t>(to - cursor.position - 1);
        const Result<bool> skipped = between == 0 ? Result<bool>(false) : advance(cursor, true, between, rows);
        if (!skipped) return skipped.error();
        cursor.position += static_cast<std::int64_t>(std::exchange(rows, 0));
        if (*skipped) return 0;
    }
    const std::uint64_t wanted = one ? 1 : static_cast<std::uint64_t>(direction.count.value_or(0));
    const Result<bool> ended = advance(cursor, command.move, wanted, rows);
    if (!ended) return ended.error();
    cursor.position += static_cast<std::int64_t>(rows) + (*ended ? 1 : 0);
    return rows;
}

// The next rows, `max_rows` at most (0: all), sent or left out. True at the end.
Result<bool> SessionImpl::advance(Portal& cursor, bool skip, std::uint64_t max_rows, std::uint64_t& rows) {
    Result<bool> all = skip ? Result<bool>(skip_spool(cursor, max_rows, rows)) : send_spool(cursor, max_rows, rows);
    if (all && *all && cursor.stream) {
        all = skip ? skip_rows(*cursor.stream, max_rows, rows) : send_rows(*cursor.stream, max_rows, rows);
    }
    if (all && *all) {
        if (suspended_ == &cursor) suspended_ = nullptr;
        cursor.stream.reset();
        cursor.finished = true;
    }
    return all;
}

Result<std::uint64_t> SessionImpl::fetch_scrolling(Portal& cursor, const FetchCommand& command) {
    const std::optional<std::int64_t> wanted = rows_wanted(command.direction, cursor.position);
    if (const Result<void> read = read_ahead(cursor, wanted); !read) return read.error();
    const auto known = static_cast<std::int64_t>(cursor.begins.size());
    const ScrollStep step = scroll(command.direction, cursor.position, known);
    for (std::int64_t i = 0; i < step.rows && !command.move; ++i) {
        const std::int64_t row = step.backward ? step.first - i : step.first + i;
        const auto at = static_cast<std::size_t>(row - 1);
        const std::size_t end = row == known ? cursor.spool.size() : cursor.begins[at + 1];
        const std::uint8_t* const bytes = cursor.spool.data();
        const std::size_t before = wire_.out().size();
        wire_.out().insert(wire_.out().end(), bytes + cursor.begins[at], bytes + end);
        if (const Result<void> counted = count_delivered(1, before); !counted) return counted.error();
        if (wire_.unsent() < Wire::kFlushBytes) continue;
        if (const Result<void> flushed = flush_rows(); !flushed) return flushed.error();
    }
    cursor.position = step.position;
    if (!command.move) recorder_.rows(static_cast<std::uint64_t>(step.rows));
    return static_cast<std::uint64_t>(step.rows);
}

Result<std::string> SessionImpl::run_simple_fetch(const FetchCommand& command, const PreparedStatement& statement) {
    const auto cursor = open_for_fetch(command);
    if (!cursor) return cursor.error();
    if (!command.move) {
        const std::vector<pgproto::Format> formats = formats_of(**cursor);
        if (const Result<void> encoded = encode_cursor_as(**cursor, formats); !encoded) return encoded.error();
        statement.append_row_description(wire_.out(), formats);
    }
    const Result<std::uint64_t> rows = fetch(**cursor, command);
    if (!rows) return rows.error();
    return fetch_tag(command.move, *rows);
}

// A FETCH may itself be executed in parts, when it goes forward.
Result<void> SessionImpl::execute_fetch(Portal& portal, std::uint64_t max_rows) {
    auto command = std::get<FetchCommand>(*portal.statement->command);
    portal.started = true;
    delivered_ = portal.delivered;
    std::optional<std::int64_t>& count = command.direction.count;
    const bool in_parts = max_rows != 0 && !command.move && command.direction.to == FetchTo::kForward;
    if (count && command.direction.to == FetchTo::kForward) count = *count - static_cast<std::int64_t>(portal.fetched);
    if (in_parts) count = std::min(count.value_or(INT64_MAX), static_cast<std::int64_t>(max_rows));
    if (!portal.finished && count != 0) {
        const Result<std::uint64_t> rows = fetch_for(portal, command);
        if (!rows) return rows.error();
        portal.fetched += *rows;
        if (in_parts && *rows == max_rows) {
            portal.delivered = std::exchange(delivered_, {});
            suspend(portal);
            return {};
        }
    }
    portal.finished = true;
    complete(fetch_tag(command.move, portal.fetched));
    return {};
}

Result<std::uint64_t> SessionImpl::fetch_for(const Portal& portal, const FetchCommand& command) {
    const auto cursor = open_for_fetch(command);
    if (!cursor) return cursor.error();
    if (!command.move) {
        // It may be another cursor of that name than the one this FETCH was bound for.
        if (portal.formats.size() != (*cursor)->statement->fields.size()) {
            return Error{sqlstate::kFeatureNotSupported, "cached plan must not change result type"};
        }
        if (const Result<void> encoded = encode_cursor_as(**cursor, portal.formats); !encoded) return encoded.error();
    }
    return fetch(**cursor, command);
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
        suspended_ = nullptr;
        portals_.clear();
        return Answer{"CLOSE CURSOR ALL", {}};
    }
    if (const auto cursor = find_cursor(command.name); !cursor) return cursor.error();
    erase_portal(command.name);
    return Answer{"CLOSE CURSOR", {}};
}

}  // namespace smew::pgsession
