#include "pgsession/session_impl.hpp"
#include "pgsession/traceparent.hpp"
#include "pgsession/utf8.hpp"
#include "sql/lexer.hpp"

#include <algorithm>

namespace smew::pgsession {
namespace {

Error portal_missing(std::string_view name) {
    return {sqlstate::kInvalidCursorName, "portal \"" + std::string(name) + "\" does not exist"};
}

}  // namespace

bool SessionImpl::sync_follows() const {
    const ByteSpan input = wire_.input();
    return !input.empty() && input.front() == 'S';
}

Result<ClientStatement> SessionImpl::find_statement(std::string_view name) const {
    if (name.empty()) {
        if (unnamed_) return *unnamed_;
        return Error{sqlstate::kInvalidSqlStatementName, "unnamed prepared statement does not exist"};
    }
    const auto found = named_.find(std::string(name));
    if (found != named_.end()) return ClientStatement(found->second);
    return Error{sqlstate::kInvalidSqlStatementName, "prepared statement \"" + std::string(name) + "\" does not exist"};
}

Result<void> SessionImpl::store_statement(std::string_view name, ClientStatement statement, bool by_sql) {
    if (name.empty()) {
        unnamed_ = std::move(statement);
        return {};
    }
    if (named_.size() >= limits_.max_prepared_statements) {
        return Error{sqlstate::kConfigurationLimitExceeded, "too many prepared statements", "",
                     "Close or DEALLOCATE those that are no longer used."};
    }
    const auto& types = statement.statement->parameter_types;
    auto listed = objects_.statements.add({.name = std::string(name),
                                           .statement = by_sql ? std::string(recorder_.text()) : statement.text(),
                                           .prepared_micros = LiveFacts::micros_now(),
                                           .parameter_types = {types.begin(), types.end()},
                                           .by_sql = by_sql});
    named_.emplace(std::string(name), NamedStatement{{std::move(statement)}, std::move(listed)});
    return {};
}

void SessionImpl::list_cursor(const std::string& name, std::string statement, Portal& portal) {
    portal.listed = objects_.cursors.add({.name = name,
                                          .statement = std::move(statement),
                                          .holdable = portal.hold,
                                          .binary = portal.binary,
                                          .scrollable = portal.scroll,
                                          .opened_micros = LiveFacts::micros_now()});
}

// ---------------------------------------------------------------- Parse

Result<void> SessionImpl::on_parse(const pgproto::Parse& message) {
    begin_text(message.sql);
    if (message.statement.empty()) {
        unnamed_.reset();
    } else if (named_.contains(std::string(message.statement))) {
        return Error{sqlstate::kDuplicatePreparedStatement,
                     "prepared statement \"" + std::string(message.statement) + "\" already exists"};
    }
    // Drivers that append their caller's trace to each text have their plans found again all the same.
    const std::string_view text = without_traceparent(message.sql);
    Result<StatementPtr> statement = prepare_text(text, message.parameter_types);
    if (!statement) return statement.error();
    ClientStatement kept{.statement = std::move(*statement), .written = nullptr};
    if (text.size() != message.sql.size()) kept.written = std::make_shared<const std::string>(message.sql);
    if (const Result<void> stored = store_statement(message.statement, std::move(kept)); !stored) return stored;
    pgproto::write_parse_complete(wire_.out());
    return {};
}

Result<StatementPtr> SessionImpl::prepare_text(std::string_view sql, std::span<const std::uint32_t> types) {
    if (StatementPtr kept = cache_.find(sql, types)) {
        if (const Result<void> allowed = check_block(); !allowed) return allowed.error();
        return kept;
    }
    if (auto invalid = invalid_utf8(sql)) return *invalid;
    const std::vector<std::string_view> statements = sql::split_statements(sql);
    if (statements.empty()) return std::make_shared<PreparedStatement>();
    if (statements.size() > 1) {
        return Error{sqlstate::kSyntaxError, "cannot insert multiple commands into a prepared statement"};
    }
    Result<ParsedStatement> parsed = parse_one(statements.front());
    if (!parsed) return parsed.error();
    if (parsed->command && std::holds_alternative<DeclareCommand>(*parsed->command)) {
        return prepare_declare(sql, std::get<DeclareCommand>(std::move(*parsed->command)), types);
    }
    if (parsed->command) {
        Result<StatementPtr> command = make_command(sql, std::move(*parsed->command));
        if (!command) return command.error();
        if (const Result<void> allowed = check_block((*command)->ends_block()); !allowed) return allowed.error();
        return command;
    }
    if (const Result<void> allowed = check_block(); !allowed) return allowed.error();
    begin_statement();
    recorder_.publish();
    if (const Result<void> entered = enter_engine(); !entered) return entered.error();
    Result<StatementPtr> statement = make_plan(sql, std::move(parsed->statement), types);
    if (!statement) return statement;
    watch_.end();
    cache_.offer(*statement);
    return statement;
}

// ---------------------------------------------------------------- Bind

Result<void> SessionImpl::on_bind(const pgproto::Bind& message, ByteSpan body) {
    const Result<ClientStatement> found = find_statement(message.statement);
    if (!found) return found.error();
    begin_about(*found);
    const StatementPtr& statement = found->statement;
    const std::size_t wanted = statement->parameter_types.size();
    if (message.parameters.size() != wanted) {
        return Error{sqlstate::kProtocolViolation,
                     "bind message supplies " + std::to_string(message.parameters.size()) +
                         " parameters, but prepared statement \"" + std::string(message.statement) + "\" requires " +
                         std::to_string(wanted)};
    }
    if (const Result<void> allowed = check_block(statement->ends_block()); !allowed) return allowed;
    refresh_fetch(*statement);
    const std::size_t columns = statement->fields.size();
    if (message.result_formats.size() > 1 && message.result_formats.size() != columns) {
        return Error{sqlstate::kProtocolViolation, "bind message has " + std::to_string(message.result_formats.size()) +
                                                       " result formats but query has " + std::to_string(columns) +
                                                       " columns"};
    }
    std::string name(message.portal);
    if (name.empty()) {
        erase_portal(name);
    } else if (portals_.contains(name)) {
        return Error{sqlstate::kDuplicateCursor, "cursor \"" + name + "\" already exists"};
    } else if (portals_.size() >= limits_.max_prepared_statements) {
        return Error{sqlstate::kConfigurationLimitExceeded, "too many open portals", "",
                     "Close those that are no longer used."};
    }
    auto portal = std::make_shared<Portal>();
    portal->statement = statement;
    portal->written = found->written;
    portal->formats = spread_formats(message.result_formats, columns);
    if (const Result<void> bound = bind_parameters(*portal, message, body); !bound) return bound;
    if (!name.empty()) list_cursor(name, found->text(), *portal);
    add_portal(std::move(name), std::move(portal));
    pgproto::write_bind_complete(wire_.out());
    return {};
}

Result<void> SessionImpl::bind_parameters(Portal& portal, const pgproto::Bind& message, ByteSpan body) const {
    const std::size_t count = message.parameters.size();
    if (count == 0) return {};
    // The message goes with the next read, the values live as long as the portal.
    portal.bind_body.assign(body.begin(), body.end());
    const std::vector<pgproto::Format> formats = spread_formats(message.parameter_formats, count);
    portal.parameters.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        if (!message.parameters[i]) {
            portal.parameters.emplace_back(engine::Null{});
            continue;
        }
        const auto offset = static_cast<std::size_t>(message.parameters[i]->data() - body.data());
        const ByteSpan bytes = ByteSpan(portal.bind_body).subspan(offset, message.parameters[i]->size());
        auto value = decode_parameter(portal.statement->parameter_types[i], formats[i], bytes, i + 1, portal.owned);
        if (!value) return value.error();
        portal.parameters.push_back(std::move(*value));
    }
    return {};
}

// ---------------------------------------------------------------- Describe, Close, Sync

Result<void> SessionImpl::on_describe(const pgproto::Describe& message) {
    ClientStatement described;
    std::vector<pgproto::Format> formats;
    if (message.target == pgproto::Target::kStatement) {
        Result<ClientStatement> found = find_statement(message.name);
        if (!found) return found.error();
        described = std::move(*found);
        refresh_fetch(*described.statement);
    } else {
        const auto found = portals_.find(std::string(message.name));
        if (found == portals_.end()) return portal_missing(message.name);
        described = {found->second->statement, found->second->written};
        formats = found->second->formats;
    }
    const StatementPtr statement = described.statement;
    begin_about(std::move(described));
    if (statement->returns_rows()) {
        if (const Result<void> allowed = check_block(statement->ends_block()); !allowed) return allowed;
    }
    if (message.target == pgproto::Target::kStatement) {
        pgproto::write_parameter_description(wire_.out(), statement->parameter_types);
    }
    statement->described = true;
    if (statement->returns_rows()) {
        statement->append_row_description(wire_.out(), formats);
    } else {
        pgproto::write_no_data(wire_.out());
    }
    return {};
}

void SessionImpl::erase_portal(const std::string& name) {
    const auto found = portals_.find(name);
    if (found == portals_.end()) return;
    if (suspended_ == found->second.get()) suspended_ = nullptr;
    portals_.erase(found);
}

void SessionImpl::add_portal(std::string name, std::shared_ptr<Portal> portal) {
    portal->number = ++last_portal_;
    portals_.emplace(std::move(name), std::move(portal));
}

void SessionImpl::erase_portals() {
    erase_portals_after(0);
}

void SessionImpl::erase_portals_after(std::uint64_t number) {
    if (portals_.empty()) return;
    if (suspended_ != nullptr && suspended_->number > number) suspended_ = nullptr;
    std::erase_if(portals_, [&](const auto& entry) { return entry.second->number > number && !entry.second->held; });
}

// A failed block can still be brought back to a savepoint, with the portals and messages made before it.
void SessionImpl::drop_what_failed() {
    const TransactionBlock::Marks* const savepoint = block_.innermost();
    erase_portals_after(savepoint == nullptr ? 0 : savepoint->portals);
    messages_.truncate(savepoint == nullptr ? 0 : savepoint->messages);
    if (savepoint == nullptr) transaction_tables_.clear();
}

void SessionImpl::on_close(const pgproto::Close& message) {
    std::string name(message.name);
    if (message.target == pgproto::Target::kPortal) {
        erase_portal(name);
    } else if (const Result<ClientStatement> found = find_statement(name)) {
        // Portals made from it go with it.
        std::erase_if(portals_, [&](const auto& entry) {
            if (entry.second->statement != found->statement) return false;
            if (suspended_ == entry.second.get()) suspended_ = nullptr;
            return true;
        });
        if (name.empty()) unnamed_.reset();
        named_.erase(name);
    }
    pgproto::write_close_complete(wire_.out());
}

void SessionImpl::on_sync() {
    skip_to_sync_ = false;
    if (!block_.is_explicit()) {
        erase_portals();
        if (block_.active()) {
            begin_text("COMMIT");  // nobody wrote it, but it may fail
            if (const Result<void> committed = commit_block(); !committed) fail(committed.error());
        }
    }
    if (watch_.running()) watch_.end();
    ready();
}

}  // namespace smew::pgsession
