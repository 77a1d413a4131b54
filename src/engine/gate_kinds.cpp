// classify(): which kinds of statements pass, and what to do instead of the others.
#include "engine/gate.hpp"

#include <duckdb/common/enums/statement_type.hpp>
#include <duckdb/common/string_util.hpp>
#include <duckdb/parser/expression/function_expression.hpp>
#include <duckdb/parser/parsed_data/alter_info.hpp>
#include <duckdb/parser/parsed_data/create_table_info.hpp>
#include <duckdb/parser/parsed_data/pragma_info.hpp>
#include <duckdb/parser/parsed_data/transaction_info.hpp>
#include <duckdb/parser/parsed_data/vacuum_info.hpp>
#include <duckdb/parser/statement/list.hpp>

#include <array>
#include <optional>

namespace smew::engine {
namespace {

using duckdb::StatementType;

struct Refusal {
    StatementType type;
    Sqlstate code;
    const char* name;
    const char* hint;
};

constexpr const char* kFilesHint =
    "Load and export files through the REST API, or use COPY … FROM STDIN and COPY … TO STDOUT.";
constexpr const char* kSettingHint = "Only the settings of the session that PostgreSQL clients use can be changed.";
constexpr const char* kCatalogHint = "A workspace reads its own tables and the project's, as in_c_sales.orders.";

constexpr std::array kRefusals = {
    Refusal{StatementType::ATTACH_STATEMENT, sqlstate::kInsufficientPrivilege, "ATTACH", kCatalogHint},
    Refusal{StatementType::DETACH_STATEMENT, sqlstate::kInsufficientPrivilege, "DETACH", kCatalogHint},
    Refusal{StatementType::COPY_STATEMENT, sqlstate::kInsufficientPrivilege, "COPY to or from a file", kFilesHint},
    Refusal{StatementType::COPY_DATABASE_STATEMENT, sqlstate::kInsufficientPrivilege, "COPY FROM DATABASE", kFilesHint},
    Refusal{StatementType::EXPORT_STATEMENT, sqlstate::kInsufficientPrivilege, "EXPORT DATABASE", kFilesHint},
    Refusal{StatementType::CALL_STATEMENT, sqlstate::kFeatureNotSupported, "CALL", "Use SELECT * FROM function(…)."},
    Refusal{StatementType::PRAGMA_STATEMENT, sqlstate::kFeatureNotSupported, "PRAGMA",
            "Use information_schema, pg_catalog or DESCRIBE."},
    Refusal{StatementType::LOAD_STATEMENT, sqlstate::kInsufficientPrivilege, "LOAD or INSTALL",
            "The extensions of a workspace are fixed."},
    Refusal{StatementType::UPDATE_EXTENSIONS_STATEMENT, sqlstate::kInsufficientPrivilege, "UPDATE EXTENSIONS",
            "The extensions of a workspace are fixed."},
    Refusal{StatementType::SET_STATEMENT, sqlstate::kFeatureNotSupported, "SET, RESET or USE of this setting",
            kSettingHint},
    Refusal{StatementType::VARIABLE_SET_STATEMENT, sqlstate::kFeatureNotSupported, "SET VARIABLE", kSettingHint},
    Refusal{StatementType::PREPARE_STATEMENT, sqlstate::kFeatureNotSupported, "PREPARE in this form",
            "Use the extended query protocol."},
    Refusal{StatementType::EXECUTE_STATEMENT, sqlstate::kFeatureNotSupported, "EXECUTE in this form",
            "Use the extended query protocol."},
    Refusal{StatementType::VACUUM_STATEMENT, sqlstate::kFeatureNotSupported, "VACUUM",
            "Space is reclaimed without it; ANALYZE refreshes statistics."},
    Refusal{StatementType::MULTI_STATEMENT, sqlstate::kFeatureNotSupported, "PIVOT without a list of values",
            "Write the values: PIVOT … ON column IN ('a', 'b')."},
};

Error refused(Sqlstate code, const std::string& name, const std::string& hint) {
    const bool privilege = code == sqlstate::kInsufficientPrivilege;
    return {code,
            privilege ? "permission denied: " + name + " is not allowed in a workspace" : name + " is not supported",
            "", hint};
}

std::string first_word(std::string_view text) {
    // Comments before the word do not matter: the caller only tells TRUNCATE from DELETE.
    std::size_t at = 0;
    while (at < text.size()) {
        if (std::isspace(static_cast<unsigned char>(text[at])) != 0 || text[at] == ';') {
            ++at;
        } else if (text.substr(at, 2) == "--") {
            at = std::min(text.find('\n', at), text.size());
        } else if (text.substr(at, 2) == "/*") {
            at = std::min(text.find("*/", at), text.size() - 2) + 2;
        } else {
            break;
        }
    }
    std::size_t end = at;
    while (end < text.size() && std::isalpha(static_cast<unsigned char>(text[end])) != 0) ++end;
    return duckdb::StringUtil::Upper(std::string(text.substr(at, end - at)));
}

// CHECKPOINT and IMPORT DATABASE are a call and a pragma to DuckDB's parser.
std::optional<Error> refuse_disguised(const duckdb::SQLStatement& statement) {
    if (statement.type == StatementType::CALL_STATEMENT) {
        const auto& function = statement.Cast<duckdb::CallStatement>().function;
        if (!function || function->GetExpressionClass() != duckdb::ExpressionClass::FUNCTION) return std::nullopt;
        const std::string& name = function->Cast<duckdb::FunctionExpression>().function_name;
        if (name != "checkpoint" && name != "force_checkpoint") return std::nullopt;
        return refused(sqlstate::kInsufficientPrivilege, "CHECKPOINT", "The server decides when to checkpoint.");
    }
    if (statement.type == StatementType::PRAGMA_STATEMENT &&
        statement.Cast<duckdb::PragmaStatement>().info->name == "import_database") {
        return refused(sqlstate::kInsufficientPrivilege, "IMPORT DATABASE", kFilesHint);
    }
    return std::nullopt;
}

Result<StatementKind> refuse(const duckdb::SQLStatement& statement) {
    if (const auto disguised = refuse_disguised(statement)) return *disguised;
    for (const Refusal& refusal : kRefusals) {
        if (refusal.type == statement.type) return refused(refusal.code, refusal.name, refusal.hint);
    }
    return refused(sqlstate::kFeatureNotSupported, "a statement of this kind", "");
}

Result<StatementKind> classify_create(const duckdb::CreateInfo& info) {
    using duckdb::CatalogType;
    switch (info.type) {
        case CatalogType::TABLE_ENTRY:
            return info.Cast<duckdb::CreateTableInfo>().query ? StatementKind::kCreateTableAs
                                                              : StatementKind::kCreateTable;
        case CatalogType::VIEW_ENTRY:
            return StatementKind::kCreateView;
        case CatalogType::SCHEMA_ENTRY:
            return StatementKind::kCreateSchema;
        case CatalogType::SEQUENCE_ENTRY:
            return StatementKind::kCreateSequence;
        case CatalogType::INDEX_ENTRY:
            return StatementKind::kCreateIndex;
        case CatalogType::TYPE_ENTRY:
            return StatementKind::kCreateType;
        case CatalogType::MACRO_ENTRY:
        case CatalogType::TABLE_MACRO_ENTRY:
            return StatementKind::kCreateMacro;
        case CatalogType::SECRET_ENTRY:
            return refused(sqlstate::kInsufficientPrivilege, "CREATE SECRET",
                           "A workspace opens no connections of its own.");
        default:
            return refused(sqlstate::kFeatureNotSupported, "CREATE of this kind of object", "");
    }
}

Result<StatementKind> classify_drop(const duckdb::DropInfo& info) {
    using duckdb::CatalogType;
    switch (info.type) {
        case CatalogType::TABLE_ENTRY:
            return StatementKind::kDropTable;
        case CatalogType::VIEW_ENTRY:
            return StatementKind::kDropView;
        case CatalogType::SCHEMA_ENTRY:
            return StatementKind::kDropSchema;
        case CatalogType::SEQUENCE_ENTRY:
            return StatementKind::kDropSequence;
        case CatalogType::INDEX_ENTRY:
            return StatementKind::kDropIndex;
        case CatalogType::TYPE_ENTRY:
            return StatementKind::kDropType;
        case CatalogType::MACRO_ENTRY:
        case CatalogType::TABLE_MACRO_ENTRY:
            return StatementKind::kDropMacro;
        case CatalogType::PREPARED_STATEMENT:
            return refused(sqlstate::kFeatureNotSupported, "DEALLOCATE in this form", "");
        default:
            return refused(sqlstate::kInsufficientPrivilege, "DROP of this kind of object", "");
    }
}

Result<StatementKind> classify_alter(const duckdb::AlterInfo& info) {
    using duckdb::AlterType;
    switch (info.type) {
        case AlterType::ALTER_TABLE:
            return StatementKind::kAlterTable;
        case AlterType::ALTER_VIEW:
            return StatementKind::kAlterView;
        case AlterType::ALTER_SEQUENCE:
        case AlterType::CHANGE_OWNERSHIP:
            return StatementKind::kAlterOther;
        case AlterType::SET_COMMENT:
        case AlterType::SET_COLUMN_COMMENT:
            return StatementKind::kComment;
        default:
            return refused(sqlstate::kInsufficientPrivilege, "ALTER of this kind of object", "");
    }
}

StatementKind classify_transaction(const duckdb::TransactionInfo& info) {
    switch (info.type) {
        case duckdb::TransactionType::BEGIN_TRANSACTION:
            return StatementKind::kBegin;
        case duckdb::TransactionType::COMMIT:
            return StatementKind::kCommit;
        default:
            return StatementKind::kRollback;
    }
}

// EXPLAIN ANALYZE runs its statement, so it may do what the statement may.
Result<StatementKind> classify_explain(const duckdb::ExplainStatement& explain, std::string_view text) {
    const auto inner = classify(*explain.stmt, text);
    if (!inner) return inner.error();
    if (*inner == StatementKind::kBegin || *inner == StatementKind::kCommit || *inner == StatementKind::kRollback) {
        return Error{sqlstate::kSyntaxError, "EXPLAIN of a transaction statement is not supported"};
    }
    return StatementKind::kExplain;
}

}  // namespace

Result<StatementKind> classify(const duckdb::SQLStatement& statement, std::string_view text) {
    switch (statement.type) {
        case StatementType::SELECT_STATEMENT:
            return StatementKind::kSelect;
        case StatementType::INSERT_STATEMENT:
            return StatementKind::kInsert;
        case StatementType::UPDATE_STATEMENT:
            return StatementKind::kUpdate;
        case StatementType::DELETE_STATEMENT:
            return first_word(text) == "TRUNCATE" ? StatementKind::kTruncate : StatementKind::kDelete;
        case StatementType::MERGE_INTO_STATEMENT:
            return StatementKind::kMerge;
        case StatementType::CREATE_STATEMENT:
            return classify_create(*statement.Cast<duckdb::CreateStatement>().info);
        case StatementType::DROP_STATEMENT:
            return classify_drop(*statement.Cast<duckdb::DropStatement>().info);
        case StatementType::ALTER_STATEMENT:
            return classify_alter(*statement.Cast<duckdb::AlterStatement>().info);
        case StatementType::TRANSACTION_STATEMENT:
            return classify_transaction(*statement.Cast<duckdb::TransactionStatement>().info);
        case StatementType::EXPLAIN_STATEMENT:
            return classify_explain(statement.Cast<duckdb::ExplainStatement>(), text);
        case StatementType::VACUUM_STATEMENT: {
            const auto& options = statement.Cast<duckdb::VacuumStatement>().info->options;
            if (options.analyze && !options.vacuum) return StatementKind::kAnalyze;
            return refuse(statement);
        }
        default:
            return refuse(statement);
    }
}

}  // namespace smew::engine
