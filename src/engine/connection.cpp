#include "engine/connection.hpp"

#include "engine/bytea_literals.hpp"
#include "engine/constant.hpp"
#include "engine/errors.hpp"
#include "engine/names.hpp"
#include "engine/parameter_casts.hpp"
#include "engine/prepared.hpp"
#include "engine/result_names.hpp"
#include "engine/sql_text.hpp"

#include <duckdb.hpp>
#include <duckdb/catalog/catalog.hpp>
#include <duckdb/common/string_util.hpp>
#include <duckdb/main/config.hpp>
#include <duckdb/parser/statement/select_statement.hpp>

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

GatedConnection::GatedConnection(const InstanceParts& instance)
    : instance_(instance),
      connection_(instance.database),
      context_(*connection_.context),
      session_(duckdb::make_shared_ptr<SessionState>(instance.resolver, instance.files, instance.own_catalog)) {
    session_->register_with(context_, session_);
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
                                                      const std::shared_ptr<const std::string>& sql) {
    const auto kind = classify(*tree, own_text(*tree, *sql));
    if (!kind) return kind.error();
    const auto parameters = count_parameters(*tree);
    if (!parameters) return parameters.error();
    TreeParts parts = survey(*tree);
    name_columns(*tree, parts, *sql);
    read_bytea_literals(context_, parts);
    for (Target& target : parts.targets) {
        if (*kind == StatementKind::kTruncate) target.verb = "TRUNCATE";
    }
    if (auto checked = check(parts); !checked) return checked.error();
    const bool constant = *kind == StatementKind::kSelect && is_constant(parts, instance_.pure_functions);
    return ParsedStatement::Parts{*kind, *parameters, constant, sql, std::move(tree)};
}

Result<std::vector<std::unique_ptr<Statement>>> GatedConnection::parse(std::string_view sql) {
    if (auto valid = check_encoding(sql); !valid) return valid.error();
    try {
        const auto text = std::make_shared<const std::string>(sql);
        auto trees = parse_sql(context_, *text);
        std::vector<std::unique_ptr<Statement>> statements;
        for (auto& tree : trees) {
            auto admitted = admit(std::move(tree), text);
            if (!admitted) return admitted.error();
            statements.push_back(std::make_unique<ParsedStatement>(*std::move(admitted)));
        }
        return statements;
    } catch (const std::exception& exception) {
        return to_error(exception, sql);
    }
}

Result<std::unique_ptr<Prepared>> GatedConnection::prepare(std::unique_ptr<Statement> statement,
                                                           std::span<const std::uint32_t> parameter_types) {
    auto& parts = static_cast<ParsedStatement&>(*statement).parts();
    try {
        if (!path_complete_) apply_local_path();
        if (!session_->project_path.empty()) {
            TreeParts tree = survey(*parts.tree);
            if (auto applied = apply_search_path(tree, *session_, context_); !applied) return applied.error();
            if (auto checked = check(tree); !checked) return checked.error();
        }
        return PlannedStatement::make(connection_.context, session_, std::move(parts), parameter_types);
    } catch (const std::exception& exception) {
        if (session_->reason() != CancelReason::kNone) return error_for(session_->reason());
        return to_error(exception, *parts.sql);
    }
}

Result<void> GatedConnection::run_internal(std::string_view sql) {
    const Ungated ungated(*session_);
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
