#include "pgproto/oids.hpp"
#include "pgsession/session_impl.hpp"

#include <variant>

namespace smew::pgsession {
namespace {

namespace oid = pgproto::oid;

pgproto::FieldDescription column(std::string name, std::uint32_t type) {
    const std::int16_t size = type == oid::kInt4 ? 4 : type == oid::kName ? 64 : -1;
    return {.name = std::move(name), .type_oid = type, .type_size = size};
}

bool is_of_transaction(std::string_view setting) {
    return setting.starts_with("transaction_");
}

}  // namespace

Result<SessionImpl::Answer> SessionImpl::perform(const SessionCommand& command) {
    return std::visit([this](const auto& one) { return perform_one(one); }, command);
}

// ---------------------------------------------------------------- settings

Result<SessionImpl::Answer> SessionImpl::perform_one(const SetCommand& command) {
    const bool of_transaction = is_of_transaction(command.name);
    if ((command.local || of_transaction) && !block_.active()) {
        warn(sqlstate::kNoActiveTransaction, of_transaction ? "SET TRANSACTION can only be used in transaction blocks"
                                                            : "SET LOCAL can only be used in transaction blocks");
        return Answer{"SET", {}};
    }
    const Settings::Scope scope =
        command.local || of_transaction ? Settings::Scope::kTransaction : Settings::Scope::kSession;
    Result<void> set;
    if (command.zone_offset) {
        set = settings_.set_offset_zone(*command.zone_offset, scope, block_.active());
    } else if (command.values.empty()) {
        set = settings_.reset(command.name, scope, block_.active());
    } else {
        set = settings_.set(command.name, command.values, scope, block_.active());
    }
    if (!set) return set.error();
    return Answer{"SET", {}};
}

Result<SessionImpl::Answer> SessionImpl::perform_one(const SetTransactionCommand& command) {
    const TransactionModes& modes = command.modes;
    if (command.characteristics) {
        const auto set = [&](std::string_view name, const std::string& value) {
            (void)settings_.set(name, {value}, Settings::Scope::kSession, block_.active());
        };
        if (!modes.isolation.empty()) set("default_transaction_isolation", modes.isolation);
        if (modes.read_only) set("default_transaction_read_only", *modes.read_only ? "on" : "off");
        if (modes.deferrable) set("default_transaction_deferrable", *modes.deferrable ? "on" : "off");
        return Answer{"SET", {}};
    }
    if (!block_.active()) {
        warn(sqlstate::kNoActiveTransaction, "SET TRANSACTION can only be used in transaction blocks");
        return Answer{"SET", {}};
    }
    if (const Result<void> set = block_.set_modes(modes); !set) return set.error();
    return Answer{"SET", {}};
}

Result<SessionImpl::Answer> SessionImpl::perform_one(const ResetCommand& command) {
    if (command.name.empty()) {
        settings_.reset_all(block_.active());
        return Answer{"RESET", {}};
    }
    const Result<void> reset = settings_.reset(command.name, Settings::Scope::kSession, block_.active());
    if (!reset) return reset.error();
    return Answer{"RESET", {}};
}

Result<SessionImpl::Answer> SessionImpl::perform_one(const ShowCommand& command) {
    Answer answer{"SHOW", {}};
    if (command.name.empty()) {
        for (const SettingDefinition& definition : setting_table()) {
            answer.rows.push_back(
                {std::string(definition.name), *settings_.show(definition.name), std::string(definition.description)});
        }
        for (LimitRow& limit : limit_rows(group_.limits)) {
            answer.rows.push_back({std::string(limit.name), std::move(limit.value), std::string(limit.description)});
        }
        return answer;
    }
    const std::optional<std::string> value = facts_.setting(command.name);
    if (!value) return settings_.show(command.name).error();
    answer.rows.push_back({*value});
    return answer;
}

Result<SessionImpl::Answer> SessionImpl::perform_one(const DiscardCommand& command) {
    if (command.target == DiscardTarget::kSequences) return Answer{"DISCARD SEQUENCES", {}};
    if (command.target == DiscardTarget::kPlans) {
        cache_.clear();
        return Answer{"DISCARD PLANS", {}};
    }
    if (block_.active()) {
        return Error{sqlstate::kActiveTransaction, "DISCARD ALL cannot run inside a transaction block"};
    }
    suspended_ = nullptr;
    portals_.clear();
    stop_listening();
    unnamed_.reset();
    named_.clear();
    cache_.clear();
    settings_.reset_all(false);
    // A new connection has no temporary tables.
    if (const Result<void> connected = connect_engine(); !connected) return connected.error();
    return Answer{"DISCARD ALL", {}};
}

// ---------------------------------------------------------------- the rest

std::string SessionImpl::fact(SessionFact fact) const {
    switch (fact) {
        case SessionFact::kVersion:
            return facts_.version();
        case SessionFact::kCurrentSchema: {
            const std::vector<std::string> path = facts_.search_path();
            return path.empty() || path.front() == "main" ? "public" : path.front();
        }
        case SessionFact::kBackendPid:
            return std::to_string(info_.backend_pid);
        case SessionFact::kCurrentDatabase:
        case SessionFact::kCurrentCatalog:
            return info_.database;
        case SessionFact::kCurrentUser:
        case SessionFact::kSessionUser:
        case SessionFact::kUser:
        case SessionFact::kCurrentRole:
            break;
    }
    return info_.user;
}

Result<SessionImpl::Answer> SessionImpl::perform_one(const FactCommand& command) {
    return Answer{"SELECT 1", {{fact(command.fact)}}};
}

Result<SessionImpl::Answer> SessionImpl::perform_one(const RoleCommand& command) {
    const bool own = command.role.empty() || command.role == info_.user || command.role == "current_user" ||
                     command.role == "session_user" || command.role == "current_role";
    if (own) return Answer{command.tag, {}};
    return Error{sqlstate::kFeatureNotSupported, command.statement + " is not supported", "",
                 "A workspace has one user, \"" + info_.user + "\"."};
}

Result<SessionImpl::Answer> SessionImpl::perform_one(const VacuumCommand& command) {
    if (command.tag == "VACUUM" && block_.active()) {
        return Error{sqlstate::kActiveTransaction, "VACUUM cannot run inside a transaction block"};
    }
    for (const std::string& sql : command.statements) {
        auto parsed = parse_for_engine(sql);
        if (!parsed) return parsed.error();
        begin_statement();
        if (const Result<void> entered = enter_engine(); !entered) return entered.error();
        Result<StatementPtr> statement = make_plan(sql, std::move(*parsed), {});
        if (!statement) return statement.error();
        auto cursor = start(**statement, {}, !block_.active(), true);
        if (!cursor) return cursor.error();
        if (const Result<std::uint64_t> done = drain(**cursor); !done) return done.error();
    }
    // What was deleted is room again once a checkpoint has passed. There is none while others have transactions open.
    if (command.tag == "VACUUM" && command.statements.empty()) (void)instance_.checkpoint();
    return Answer{command.tag, {}};
}

Result<SessionImpl::Answer> SessionImpl::perform_one(const NothingCommand& command) {
    if (!command.in_blocks_only.empty() && !block_.is_explicit()) {
        return Error{sqlstate::kNoActiveTransaction,
                     command.in_blocks_only + " can only be used in transaction blocks"};
    }
    return Answer{command.tag, {}};
}

Result<SessionImpl::Answer> SessionImpl::perform_one(const RefusedCommand& command) {
    return command.error;
}

Result<std::vector<pgproto::FieldDescription>> SessionImpl::columns_of(const SessionCommand& command) const {
    using Columns = std::vector<pgproto::FieldDescription>;
    if (const auto* show = std::get_if<ShowCommand>(&command)) {
        if (show->name.empty()) {
            return Columns{column("name", oid::kText), column("setting", oid::kText),
                           column("description", oid::kText)};
        }
        const SettingDefinition* definition = find_setting(show->name);
        return Columns{column(definition != nullptr ? std::string(definition->name) : show->name, oid::kText)};
    }
    if (const auto* one = std::get_if<FactCommand>(&command)) {
        std::uint32_t type = oid::kName;
        if (one->fact == SessionFact::kVersion) type = oid::kText;
        if (one->fact == SessionFact::kBackendPid) type = oid::kInt4;
        return Columns{column(one->column, type)};
    }
    if (const auto* fetch = std::get_if<FetchCommand>(&command)) {
        const auto cursor = find_cursor(fetch->name);
        // That there is none is an error when it runs.
        return cursor && !fetch->move ? (*cursor)->statement->fields : Columns{};
    }
    if (const auto* execute = std::get_if<ExecuteCommand>(&command)) {
        const Result<ClientStatement> target = find_statement(execute->name);
        if (!target) return target.error();
        return target->statement->fields;
    }
    return Columns{};
}

Result<StatementPtr> SessionImpl::make_command(std::string_view sql, SessionCommand command) const {
    auto columns = columns_of(command);
    if (!columns) return columns.error();
    auto statement = std::make_shared<PreparedStatement>();
    statement->sql = std::string(sql);
    statement->command = std::move(command);
    if (!columns->empty()) statement->describe_as(std::move(*columns));
    return statement;
}

void SessionImpl::append_rows(const Answer& answer, const PreparedStatement& statement,
                              std::span<const pgproto::Format> formats, pgproto::Buffer& out) const {
    ByteWriter writer(out);
    for (const std::vector<std::string>& row : answer.rows) {
        writer.u8('D');
        const std::size_t length = writer.position();
        writer.u32(0);
        writer.u16(static_cast<std::uint16_t>(row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) {
            const bool binary = i < formats.size() && formats[i] == pgproto::Format::kBinary;
            if (binary && statement.fields[i].type_oid == oid::kInt4) {
                writer.u32(4);
                writer.i32(info_.backend_pid);  // the one number among them
            } else {
                writer.sized(row[i]);
            }
        }
        writer.patch_u32(length, static_cast<std::uint32_t>(writer.position() - length));
    }
}

}  // namespace smew::pgsession
