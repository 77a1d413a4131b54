// PREPARE, EXECUTE and DEALLOCATE as statements.
#include "pgsession/session_impl.hpp"

namespace smew::pgsession {
namespace {

// Of the one DataRow message there is.
Result<std::vector<std::optional<std::string>>> values_of(ByteSpan message) {
    const auto row = pgproto::parse_backend('D', message.subspan(std::min<std::size_t>(message.size(), 5)));
    if (!row) return row.error();
    std::vector<std::optional<std::string>> values;
    for (const std::optional<ByteSpan>& value : std::get<pgproto::DataRow>(*row).values) {
        values.push_back(value ? std::optional(std::string(as_text(*value))) : std::nullopt);
    }
    return values;
}

}  // namespace

Result<SessionImpl::Answer> SessionImpl::perform_one(const DeallocateCommand& command) {
    if (command.name.empty()) {
        named_.clear();
        return Answer{"DEALLOCATE ALL", {}};
    }
    if (named_.erase(command.name) == 0) {
        return Error{sqlstate::kInvalidSqlStatementName, "prepared statement \"" + command.name + "\" does not exist"};
    }
    return Answer{"DEALLOCATE", {}};
}

Result<SessionImpl::Answer> SessionImpl::perform_one(const PrepareCommand& command) {
    if (named_.contains(command.name)) {
        return Error{sqlstate::kDuplicatePreparedStatement,
                     "prepared statement \"" + command.name + "\" already exists"};
    }
    Result<StatementPtr> statement = prepare_text(command.sql, command.parameter_types);
    if (!statement) return statement.error();
    if (!(*statement)->plan) return Error{sqlstate::kSyntaxError, "this statement cannot be prepared with PREPARE"};
    if (const Result<void> stored = store_statement(command.name, {std::move(*statement), nullptr}, true); !stored)
        return stored.error();
    return Answer{"PREPARE", {}};
}

Result<void> SessionImpl::bind_execute(const ExecuteCommand& command, Portal& portal) {
    const Result<ClientStatement> found =
        command.name.empty() ? Result<ClientStatement>(Error{}) : find_statement(command.name);
    if (!found || !found->statement->plan) {
        return Error{sqlstate::kInvalidSqlStatementName, "prepared statement \"" + command.name + "\" does not exist"};
    }
    const std::size_t wanted = found->statement->parameter_types.size();
    if (command.arguments.size() != wanted) {
        return Error{sqlstate::kSyntaxError,
                     "wrong number of parameters for prepared statement \"" + command.name + "\"",
                     "Expected " + std::to_string(wanted) + " parameters but got " +
                         std::to_string(command.arguments.size()) + "."};
    }
    portal.statement = found->statement;
    std::vector<std::optional<std::string>> arguments = command.arguments;
    if (!command.expressions.empty()) {
        auto values = evaluate(command.expressions);
        if (!values) return values.error();
        arguments = std::move(*values);
    }
    for (const std::optional<std::string>& argument : arguments) {
        if (argument) {
            portal.parameters.emplace_back(engine::TextValue{portal.owned.emplace_back(*argument)});
        } else {
            portal.parameters.emplace_back(engine::Null{});
        }
    }
    return {};
}

// The values of a list of expressions, in text form.
Result<std::vector<std::optional<std::string>>> SessionImpl::evaluate(const std::string& expressions) {
    const std::string sql = "SELECT " + expressions;
    auto parsed = parse_for_engine(sql);
    if (!parsed) return parsed.error();
    begin_statement();
    if (const Result<void> entered = enter_engine(); !entered) return entered.error();
    Result<StatementPtr> statement = make_plan(sql, std::move(*parsed), {});
    if (!statement) return statement.error();
    if (!(*statement)->parameter_types.empty()) {
        return Error{sqlstate::kUndefinedParameter, "there is no parameter $1"};
    }
    auto cursor = start(**statement, {}, false, false);
    if (!cursor) return cursor.error();
    const std::vector<pgproto::Format> formats((*statement)->fields.size(), pgproto::Format::kText);
    Portal portal;
    portal.stream = open_stream(**statement, std::move(*cursor), formats);
    if (const Result<void> kept = spool_rest(portal); !kept) return kept.error();
    return values_of(portal.spool);
}

Result<SessionImpl::Answer> SessionImpl::perform_one(const ExecuteCommand&) {
    return Error{sqlstate::kInternalError, "EXECUTE was not resolved"};
}

}  // namespace smew::pgsession
