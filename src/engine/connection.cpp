#include "engine/connection.hpp"

#include "engine/bytea_literals.hpp"
#include "engine/constant.hpp"
#include "engine/data_version.hpp"
#include "engine/dialect_alter.hpp"
#include "engine/dialect_create.hpp"
#include "engine/dialect_grouping.hpp"
#include "engine/dialect_tree.hpp"
#include "engine/errors.hpp"
#include "engine/names.hpp"
#include "engine/parameter_casts.hpp"
#include "engine/prepared.hpp"
#include "engine/profile.hpp"
#include "engine/result_names.hpp"
#include "engine/sql_text.hpp"
#include "engine/statement_steps.hpp"
#include "engine/system_columns.hpp"
#include "engine/type_names.hpp"

#include <duckdb.hpp>
#include <duckdb/catalog/catalog.hpp>
#include <duckdb/common/string_util.hpp>
#include <duckdb/main/config.hpp>
#include <duckdb/main/valid_checker.hpp>
#include <duckdb/parser/statement/multi_statement.hpp>
#include <duckdb/parser/statement/select_statement.hpp>
#include <duckdb/parser/tableref/basetableref.hpp>
#include <duckdb/transaction/meta_transaction.hpp>
#include <duckdb/transaction/transaction_context.hpp>

#include <algorithm>

namespace smew::engine {
namespace {

// Planned once for a connection: what sessions send around every statement.
constexpr std::size_t kMaxInternalPlans = 16;

Result<void> check_encoding(std::string_view sql) {
    if (sql.find('\0') == std::string_view::npos && duckdb::Value::StringIsValid(sql.data(), sql.size())) return {};
    return Error{sqlstate::kCharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\""};
}

std::string_view own_text(const duckdb::SQLStatement& statement, std::string_view sql) {
    if (statement.stmt_location >= sql.size()) return {};
    return sql.substr(statement.stmt_location,
                      statement.stmt_length == 0 ? std::string_view::npos : statement.stmt_length);
}

// ALTER TABLE … ADD COLUMN with a default that is no constant is several statements to DuckDB's parser. (PIVOT, its
// other use of them, stays: the gate says what to write instead.)
bool unfold(duckdb::vector<duckdb::unique_ptr<duckdb::SQLStatement>>& trees) {
    bool any = false;
    duckdb::vector<duckdb::unique_ptr<duckdb::SQLStatement>> unfolded;
    for (auto& tree : trees) {
        const bool multi = tree->type == duckdb::StatementType::MULTI_STATEMENT;
        auto* steps = multi ? &tree->Cast<duckdb::MultiStatement>().statements : nullptr;
        if (steps == nullptr || steps->empty() || steps->front()->type != duckdb::StatementType::ALTER_STATEMENT) {
            unfolded.push_back(std::move(tree));
            continue;
        }
        for (auto& step : *steps) unfolded.push_back(std::move(step));
        any = true;
    }
    trees = std::move(unfolded);
    return any;
}

// What the token step has split, as one statement again.
std::vector<ParsedStatement::Parts> as_one(std::vector<ParsedStatement::Parts> steps) {
    ParsedStatement::Parts one = std::move(steps.front());
    for (std::size_t i = 1; i < steps.size(); ++i) {
        for (auto& tree : steps[i].before) one.after.push_back(std::move(tree));
        one.after.push_back(std::move(steps[i].tree));
        for (auto& tree : steps[i].after) one.after.push_back(std::move(tree));
    }
    std::vector<ParsedStatement::Parts> only;
    only.push_back(std::move(one));
    return only;
}

std::set<std::string> tables_of(const TreeParts& parts) {
    std::set<std::string> names;
    for (const duckdb::BaseTableRef* table : parts.tables) {
        std::string name = duckdb::StringUtil::Lower(table->table_name);
        if (!table->schema_name.empty() || parts.cte_names.count(name) == 0) names.insert(std::move(name));
    }
    return names;
}

// Restores a flag at the end of a scope.
class Ungated {
public:
    explicit Ungated(SessionState& session) : session_(session) { session_.gated = false; }
    ~Ungated() { session_.gated = true; }
    Ungated(const Ungated&) = delete;
    Ungated& operator=(const Ungated&) = delete;

private:
    SessionState& session_;
};

}  // namespace

GatedConnection::GatedConnection(const InstanceParts& instance, SessionFacts& facts)
    : instance_(instance),
      connection_(instance.database),
      context_(*connection_.context),
      session_(duckdb::make_shared_ptr<SessionState>(instance.resolver, instance.files, instance.commits,
                                                     instance.own_catalog, facts)) {
    session_->register_with(context_, session_);
    follow_changes(context_);
}

GatedConnection::~GatedConnection() = default;

bool GatedConnection::is_builtin_function(const std::string& name) {
    bool found = false;
    context_.RunFunctionInTransaction(
        [&] {
            for (const auto type :
                 {duckdb::CatalogType::SCALAR_FUNCTION_ENTRY, duckdb::CatalogType::TABLE_FUNCTION_ENTRY}) {
                for (const char* schema : {"main", "pg_catalog"}) {
                    const duckdb::EntryLookupInfo lookup(type, name);
                    found = found || duckdb::Catalog::GetEntry(context_, "system", schema, lookup,
                                                               duckdb::OnEntryNotFound::RETURN_NULL);
                }
            }
        },
        false);
    return found;
}

Result<void> GatedConnection::check(TreeParts& parts) {
    rewrite_names(parts, *session_);
    return check_names(parts, {instance_.resolver, instance_.own_catalog,
                               [this](const std::string& name) { return is_builtin_function(name); }});
}

Result<ParsedStatement::Parts> GatedConnection::admit(duckdb::unique_ptr<duckdb::SQLStatement> tree,
                                                      const std::shared_ptr<const SourceText>& sql) {
    const auto kind = classify(*tree, own_text(*tree, sql->parsed()));
    if (!kind) return kind.error();
    const auto parameters = count_parameters(*tree);
    if (!parameters) return parameters.error();
    TreeParts named = survey(*tree);
    restore_type_names(named, sql->parsed());
    const bool system_columns = names_system_columns(named);
    name_columns(*tree, named, sql->parsed());  // may replace what `named` points at
    ParsedStatement::Parts statement{*kind, *parameters, false, {}, sql, nullptr, result_names(*tree), {}, {}};
    statement.tree = std::move(tree);
    if (system_columns) {
        rewrite_system_columns(*statement.tree, [this](const auto& table) { return has_row_numbers(context_, table); });
    }
    if (session_->dialect == Dialect::kPostgres) {
        apply_postgres_dialect(*statement.tree, *sql);
        complete_grouping(context_, *statement.tree);
    }
    TreeParts parts = survey(*statement.tree);
    read_bytea_literals(context_, parts);
    for (Target& target : parts.targets) {
        if (*kind == StatementKind::kTruncate) target.verb = "TRUNCATE";
    }
    if (auto checked = check(parts); !checked) return checked.error();
    statement.constant = *kind == StatementKind::kSelect && is_constant(parts, instance_.pure_functions);
    statement.tables = tables_of(parts);
    if (session_->dialect == Dialect::kPostgres) {
        complete_create(context_, statement);
        rename_view_as_view(context_, *statement.tree);
    }
    return statement;
}

Result<std::vector<std::unique_ptr<Statement>>> GatedConnection::parse(std::string_view sql) {
    if (auto valid = check_encoding(sql); !valid) return valid.error();
    auto source = std::make_shared<const SourceText>(sql);
    try {
        auto parsed = parse_sql(context_, source, session_->dialect);
        if (!parsed) return parsed.error();
        const bool one = parsed->split || parsed->trees.size() == 1;
        if (one && unfold(parsed->trees)) parsed->split = true;
        std::vector<ParsedStatement::Parts> admitted;
        for (auto& tree : parsed->trees) {
            auto statement = admit(std::move(tree), source);
            if (!statement) return statement.error();
            admitted.push_back(*std::move(statement));
        }
        if (parsed->split) admitted = as_one(std::move(admitted));
        std::vector<std::unique_ptr<Statement>> statements;
        for (auto& statement : admitted) statements.push_back(std::make_unique<ParsedStatement>(std::move(statement)));
        return statements;
    } catch (const std::exception& exception) {
        return source->error(exception);
    }
}

Result<void> GatedConnection::apply_path(ParsedStatement::Parts& parts) {
    if (!path_complete_) apply_local_path();
    if (session_->project_path.empty()) return {};
    TreeParts tree = survey(*parts.tree);
    if (auto applied = apply_search_path(tree, *session_, context_); !applied) return applied;
    return check(tree);
}

Result<std::unique_ptr<Prepared>> GatedConnection::prepare(std::unique_ptr<Statement> statement,
                                                           std::span<const std::uint32_t> parameter_types) {
    auto& parts = static_cast<ParsedStatement&>(*statement).parts();
    profile_next(context_, {});
    try {
        if (auto applied = apply_path(parts); !applied) return applied.error();
        if (!parts.before.empty() || !parts.after.empty())
            return std::unique_ptr<Prepared>(
                std::make_unique<StatementSteps>(connection_.context, session_, std::move(parts)));
        return PlannedStatement::make(connection_.context, session_, std::move(parts), parameter_types);
    } catch (const std::exception& exception) {
        if (session_->reason() != CancelReason::kNone) return error_for(session_->reason());
        return parts.sql->error(exception);
    }
}

Result<void> GatedConnection::run_internal(std::string_view sql) {
    const Ungated ungated(*session_);
    const CommitLog::Scope commit(instance_.commits);
    pause_profiles(context_);  // or a COMMIT would take the place of what it ends
    try {
        auto planned = internal_.find(sql);
        if (planned == internal_.end()) {
            if (internal_.size() == kMaxInternalPlans) internal_.clear();
            auto fresh = connection_.Prepare(std::string(sql));
            if (fresh->HasError()) return to_error(fresh->GetErrorObject(), sql);
            planned = internal_.emplace(sql, std::move(fresh)).first;
        }
        duckdb::vector<duckdb::Value> none;
        const auto result = planned->second->Execute(none, false);
        if (result->HasError()) return to_error(result->GetErrorObject(), sql);
        return {};
    } catch (const std::exception& exception) {
        return to_error(exception, sql);
    }
}

bool GatedConnection::in_transaction() const {
    return !context_.transaction.IsAutoCommit();
}

bool GatedConnection::transaction_usable() const {
    auto& transaction = context_.transaction;
    return in_transaction() && transaction.HasActiveTransaction() &&
           !duckdb::ValidChecker::IsInvalidated(transaction.ActiveTransaction());
}

// DuckDB marks a transaction invalid after most errors, whatever the statement was, and has no way back. A new mark is
// what it needs.
void GatedConnection::restore_after_read() {
    if (!in_transaction() || transaction_usable() || !context_.transaction.HasActiveTransaction()) return;
    duckdb::ValidChecker& mark = context_.transaction.ActiveTransaction().transaction_validity;
    std::destroy_at(&mark);
    std::construct_at(&mark, *context_.db);
}

Result<void> GatedConnection::restart_transaction(bool read_only) {
    const bool open = in_transaction() && context_.transaction.HasActiveTransaction();
    const auto began = open ? context_.transaction.ActiveTransaction().start_timestamp : duckdb::timestamp_t();
    if (in_transaction()) (void)run_internal("ROLLBACK");
    auto begun = run_internal(read_only ? "BEGIN TRANSACTION READ ONLY" : "BEGIN TRANSACTION");
    if (begun && open) context_.transaction.ActiveTransaction().start_timestamp = began;
    return begun;
}

void GatedConnection::set_profiling(std::chrono::milliseconds slow) {
    want_profiles(context_, slow);
}

Profile GatedConnection::profile(std::chrono::steady_clock::time_point since) {
    return profile_of_last(context_, since);
}

void GatedConnection::interrupt(CancelReason reason) {
    session_->interrupt(context_, reason);
}
void GatedConnection::statement_begins() {
    session_->begin(context_);
}
void GatedConnection::statement_ends() {
    session_->end(context_);
}

}  // namespace smew::engine
