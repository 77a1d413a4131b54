#include "engine/error_wording.hpp"

#include "core/cancel.hpp"
#include "core/sqlstate_query.hpp"
#include "engine/error_columns.hpp"

#include <duckdb/common/exception.hpp>
#include <duckdb/common/string_util.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace smew::engine {
namespace {

using Type = duckdb::ExceptionType;

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

std::string info_of(const duckdb::ErrorData& error, const char* key) {
    const auto found = error.ExtraInfo().find(key);
    return found == error.ExtraInfo().end() ? std::string() : found->second;
}

std::string_view until(std::string_view text, std::string_view mark) {
    return text.substr(0, text.find(mark));
}
std::string_view after(std::string_view text, std::string_view mark) {
    const std::size_t at = text.find(mark);
    return at == std::string_view::npos ? std::string_view() : text.substr(at + mark.size());
}

std::string quoted(std::string_view name) {
    return '"' + std::string(name) + '"';
}

// A name that is not the users' to write: of an attached version, or of what fills the catalogs.
bool is_internal(std::string_view text) {
    return has(text, "@") || has(text, "smew_");
}

// "workspace.main.orders", as DuckDB suggests it after the file's name, is public.orders to its users.
std::string shown_name(std::string name) {
    constexpr std::string_view kFile = "workspace.", kMain = "main.";
    if (name.starts_with(kFile)) name.erase(0, kFile.size());
    return name.starts_with(kMain) ? "public." + name.substr(kMain.size()) : name;
}

std::string did_you_mean(const duckdb::ErrorData& error) {
    const std::string candidates = info_of(error, "candidates");
    if (candidates.empty() || is_internal(candidates)) return {};
    const std::string shown = shown_name(candidates);
    // DuckDB looks for similar names in all that is there, also in what came after the transaction's snapshot.
    if (duckdb::StringUtil::CIEquals(shown, info_of(error, "name"))) return {};
    return "Did you mean " + quoted(shown) + "?";
}

Error missing_entry(const duckdb::ErrorData& error, std::string_view message) {
    const std::string type = info_of(error, "type");
    const std::string name = info_of(error, "name");
    const std::string hint = did_you_mean(error);
    if (type == "Table" || type == "View")
        return {sqlstate::kUndefinedTable, "relation " + quoted(name) + " does not exist", "", hint};
    if (type == "Schema") return {sqlstate::kInvalidSchemaName, "schema " + quoted(name) + " does not exist", "", hint};
    if (has(type, "Function") || has(type, "Macro")) {
        return {sqlstate::kUndefinedFunction, "function " + name + " does not exist", "",
                hint.empty() ? "No function of that name is available in a workspace." : hint};
    }
    if (type == "Type") return {sqlstate::kUndefinedObject, "type " + quoted(name) + " does not exist", "", hint};
    if (type == "Sequence")
        return {sqlstate::kUndefinedTable, "relation " + quoted(name) + " does not exist", "", hint};
    return {sqlstate::kUndefinedObject, std::string(message.substr(0, message.find('\n'))), "", hint};
}

Error entry_exists(const duckdb::ErrorData& error, std::string_view message) {
    const std::string type = info_of(error, "type");
    const std::string name = info_of(error, "name");
    if (type == "Schema") return {sqlstate::kDuplicateSchema, "schema " + quoted(name) + " already exists"};
    if (type == "Table" || type == "View" || type == "Index" || type == "Sequence") {
        return {sqlstate::kDuplicateTable, "relation " + quoted(name) + " already exists"};
    }
    return {sqlstate::kDuplicateObject, std::string(message)};
}

// DuckDB gives the nearest columns however far they are, with commas between them.
std::string nearest_columns(const std::string& name, const std::string& candidates) {
    constexpr double kSimilar = 0.7;  // of Jaro and Winkler's measure, which is 1 for equal names
    std::string similar, all;
    for (const std::string& candidate : duckdb::StringUtil::Split(candidates, ',')) {
        all += (all.empty() ? "" : ", ") + candidate;
        if (duckdb::StringUtil::SimilarityRating(name, duckdb::StringUtil::Lower(candidate)) >= kSimilar)
            similar += (similar.empty() ? "" : ", ") + candidate;
    }
    return similar.empty() ? "There are columns such as " + all + "." : "Columns with a similar name: " + similar + ".";
}

Error column_not_found(const duckdb::ErrorData& error) {
    const std::string candidates = info_of(error, "candidates"), name = info_of(error, "name");
    const bool tells = !candidates.empty() && !is_internal(candidates);
    return missing_column(name, tells ? nearest_columns(duckdb::StringUtil::Lower(name), candidates) : "");
}

Error no_matching_function(const duckdb::ErrorData& error) {
    const std::string candidates = info_of(error, "candidates");
    return {sqlstate::kUndefinedFunction, "function " + info_of(error, "call") + " does not exist",
            candidates.empty() ? "" : "Candidates: " + candidates,
            "No function matches the given name and argument types. You might need to add explicit type casts."};
}

// Texts that tell the kind where DuckDB's type of exception does not. The first that is contained decides.
struct Pattern {
    Type type;
    std::string_view part;
    Sqlstate code;
};
constexpr std::array kPatterns = {
    Pattern{Type::CATALOG, "because schema", sqlstate::kUndefinedTable},
    Pattern{Type::CATALOG, "time travel", sqlstate::kFeatureNotSupported},
    Pattern{Type::CATALOG, "Column with name", sqlstate::kDuplicateColumn},
    Pattern{Type::CATALOG, "main key table", sqlstate::kDependentObjectsStillExist},
    Pattern{Type::CATALOG, "already exists", sqlstate::kDuplicateObject},
    Pattern{Type::CATALOG, "Schema with name", sqlstate::kInvalidSchemaName},
    Pattern{Type::CATALOG, "does not have a column", sqlstate::kUndefinedColumn},
    Pattern{Type::CATALOG, "is not an table", sqlstate::kWrongObjectType},
    Pattern{Type::CATALOG, "is of type", sqlstate::kWrongObjectType},
    Pattern{Type::CATALOG, "Can only modify", sqlstate::kWrongObjectType},
    Pattern{Type::CATALOG, "can have only one primary key", sqlstate::kInvalidTableDefinition},
    Pattern{Type::PARSER, "has more than one primary key", sqlstate::kInvalidTableDefinition},
    Pattern{Type::PARSER, "Duplicate CTE name", sqlstate::kDuplicateAlias},
    Pattern{Type::PARSER, "frame start cannot be", sqlstate::kWindowingError},
    Pattern{Type::PARSER, "frame end cannot be", sqlstate::kWindowingError},
    Pattern{Type::PARSER, "frame starting from", sqlstate::kWindowingError},
    Pattern{Type::PARSER, "window \"", sqlstate::kUndefinedObject},
    Pattern{Type::CATALOG, "depend", sqlstate::kDependentObjectsStillExist},
    Pattern{Type::CATALOG, "does not exist", sqlstate::kUndefinedObject},
    Pattern{Type::CATALOG, "Cannot drop", sqlstate::kDependentObjectsStillExist},
    Pattern{Type::BINDER, "Catalog \"", sqlstate::kInvalidCatalogName},
    Pattern{Type::BINDER, "duplicate alias", sqlstate::kDuplicateAlias},
    Pattern{Type::BINDER, "Ambiguous reference", sqlstate::kAmbiguousColumn},
    Pattern{Type::BINDER, "Subquery returns", sqlstate::kSyntaxError},
    Pattern{Type::BINDER, "STAR expression is only allowed", sqlstate::kSyntaxError},
    Pattern{Type::BINDER, "* expression without FROM clause", sqlstate::kSyntaxError},
    Pattern{Type::BINDER, "does not exist on left side of join", sqlstate::kUndefinedColumn},
    Pattern{Type::BINDER, "does not exist on right side of join", sqlstate::kUndefinedColumn},
    Pattern{Type::BINDER, "referenced in check constraint", sqlstate::kUndefinedColumn},
    Pattern{Type::BINDER, "Circular reference to CTE", sqlstate::kUndefinedTable},
    Pattern{Type::BINDER, "ORDER term out of range", sqlstate::kInvalidColumnReference},
    Pattern{Type::BINDER, "GROUP BY term out of range", sqlstate::kInvalidColumnReference},
    Pattern{Type::BINDER, "specified columns as conflict target", sqlstate::kInvalidColumnReference},
    Pattern{Type::BINDER, "cannot contain window functions", sqlstate::kWindowingError},
    Pattern{Type::BINDER, "window functions are not allowed", sqlstate::kWindowingError},
    Pattern{Type::BINDER, "GROUPING statement", sqlstate::kGroupingError},
    Pattern{Type::BINDER, "UNNEST() can only be applied", sqlstate::kUndefinedFunction},
    Pattern{Type::BINDER, "parameter, got", sqlstate::kUndefinedFunction},
    Pattern{Type::BINDER, "PERCENTILEs can only take parameters", sqlstate::kNumericOutOfRange},
    Pattern{Type::BINDER, "interval cannot be 0", sqlstate::kInvalidParameterValue},
    Pattern{Type::BINDER, "LIMIT/OFFSET cannot be negative", sqlstate::kInvalidRowCountInLimit},
    Pattern{Type::BINDER, "GROUP BY", sqlstate::kGroupingError},
    Pattern{Type::BINDER, "aggregates", sqlstate::kGroupingError},
    Pattern{Type::BINDER, "aggregate function", sqlstate::kGroupingError},
    Pattern{Type::BINDER, "Referenced table", sqlstate::kUndefinedTable},
    Pattern{Type::BINDER, "does not have a column", sqlstate::kUndefinedColumn},
    Pattern{Type::BINDER, "Could not find key", sqlstate::kUndefinedColumn},
    Pattern{Type::BINDER, "not found in FROM clause", sqlstate::kUndefinedColumn},
    Pattern{Type::BINDER, "explicit type casts", sqlstate::kUndefinedFunction},
    Pattern{Type::BINDER, "Cannot compare values", sqlstate::kDatatypeMismatch},
    Pattern{Type::BINDER, "Cannot mix values", sqlstate::kDatatypeMismatch},
    Pattern{Type::BINDER, "explicit cast", sqlstate::kDatatypeMismatch},
    Pattern{Type::BINDER, "same number of result columns", sqlstate::kSyntaxError},
    Pattern{Type::BINDER, "values were supplied", sqlstate::kSyntaxError},
    Pattern{Type::BINDER, "Referenced update column", sqlstate::kUndefinedColumn},
    Pattern{Type::BINDER, "time travel", sqlstate::kFeatureNotSupported},
    Pattern{Type::BINDER, "Duplicate column name", sqlstate::kDuplicateColumn},
    Pattern{Type::BINDER, "read-only mode", sqlstate::kReadOnlyTransaction},
    Pattern{Type::BINDER, "could not determine data type", sqlstate::kIndeterminateDatatype},
    Pattern{Type::BINDER, "not supported", sqlstate::kFeatureNotSupported},
    Pattern{Type::CONSTRAINT, "Data contains duplicates", sqlstate::kUniqueViolation},
    Pattern{Type::CONSTRAINT, "NOT NULL constraint", sqlstate::kNotNullViolation},
    Pattern{Type::CONSTRAINT, "CHECK constraint", sqlstate::kCheckViolation},
    Pattern{Type::CONSTRAINT, "foreign key", sqlstate::kForeignKeyViolation},
    Pattern{Type::CONSTRAINT, "Duplicate key", sqlstate::kUniqueViolation},
    Pattern{Type::CONSTRAINT, "duplicate key", sqlstate::kUniqueViolation},
    Pattern{Type::CONSTRAINT, "primary key", sqlstate::kUniqueViolation},
    Pattern{Type::CONSTRAINT, "unique constraint", sqlstate::kUniqueViolation},
    Pattern{Type::TRANSACTION, "Allocation failure", sqlstate::kOutOfMemory},
    Pattern{Type::TRANSACTION, "Current transaction is aborted", sqlstate::kInFailedTransaction},
    Pattern{Type::TRANSACTION, "no transaction is active", sqlstate::kNoActiveTransaction},
    Pattern{Type::TRANSACTION, "within a transaction", sqlstate::kActiveTransaction},
    Pattern{Type::TRANSACTION, "constraint", sqlstate::kUniqueViolation},
    Pattern{Type::TRANSACTION, "read-only", sqlstate::kReadOnlyTransaction},
    Pattern{Type::TRANSACTION, "onflict", sqlstate::kSerializationFailure},
    Pattern{Type::INVALID_INPUT, "read-only mode", sqlstate::kReadOnlyTransaction},
    Pattern{Type::INVALID_INPUT, "Division by zero", sqlstate::kDivisionByZero},
    Pattern{Type::INVALID_INPUT, "interval cannot be 0", sqlstate::kInvalidParameterValue},
    Pattern{Type::INVALID_INPUT, "rgument for ntile", sqlstate::kInvalidArgumentForNtile},
    Pattern{Type::INVALID_INPUT, "is undefined outside", sqlstate::kNumericOutOfRange},
    Pattern{Type::INVALID_INPUT, "missing ): ", sqlstate::kInvalidRegularExpression},
    Pattern{Type::INVALID_INPUT, "missing ]: ", sqlstate::kInvalidRegularExpression},
    Pattern{Type::INVALID_INPUT, "unexpected ): ", sqlstate::kInvalidRegularExpression},
    Pattern{Type::INVALID_INPUT, "invalid repetition", sqlstate::kInvalidRegularExpression},
    Pattern{Type::INVALID_INPUT, "invalid escape sequence", sqlstate::kInvalidRegularExpression},
    Pattern{Type::INVALID_INPUT, "invalid character class", sqlstate::kInvalidRegularExpression},
    Pattern{Type::INVALID_INPUT, "bad repetition operator", sqlstate::kInvalidRegularExpression},
    Pattern{Type::INVALID_INPUT, "no argument for repetition", sqlstate::kInvalidRegularExpression},
    Pattern{Type::INVALID_INPUT, "More than one row returned by a subquery", sqlstate::kCardinalityViolation},
    Pattern{Type::INVALID_INPUT, "nvalid unicode", sqlstate::kCharacterNotInRepertoire},
    Pattern{Type::CONVERSION, "ivision by zero", sqlstate::kDivisionByZero},
    Pattern{Type::CONVERSION, "extract specifier", sqlstate::kInvalidParameterValue},
    Pattern{Type::CONVERSION, "Could not cast value", sqlstate::kNumericOutOfRange},
    Pattern{Type::CONVERSION, "to INTERVAL", sqlstate::kInvalidDatetimeFormat},
    Pattern{Type::CONVERSION, "field value out of range", sqlstate::kDatetimeOverflow},
    Pattern{Type::CONVERSION, "Date out of range", sqlstate::kDatetimeOverflow},
    Pattern{Type::CONVERSION, "out of range", sqlstate::kNumericOutOfRange},
    Pattern{Type::CONVERSION, "Could not convert string", sqlstate::kInvalidTextRepresentation},
    Pattern{Type::CONVERSION, "invalid UTF", sqlstate::kCharacterNotInRepertoire},
    Pattern{Type::CONVERSION, "timestamp field value", sqlstate::kInvalidDatetimeFormat},
    Pattern{Type::CONVERSION, "date field value", sqlstate::kInvalidDatetimeFormat},
    Pattern{Type::CONVERSION, "time field value", sqlstate::kInvalidDatetimeFormat},
    Pattern{Type::CONVERSION, "Could not convert", sqlstate::kInvalidTextRepresentation},
    Pattern{Type::CONVERSION, "Unimplemented type for cast", sqlstate::kCannotCoerce},
    Pattern{Type::OUT_OF_RANGE, "Date out of range", sqlstate::kDatetimeOverflow},
    Pattern{Type::OUT_OF_RANGE, "cannot take logarithm", sqlstate::kInvalidArgumentForLogarithm},
    Pattern{Type::OUT_OF_RANGE, "cannot take square root", sqlstate::kInvalidArgumentForPower},
    Pattern{Type::SEQUENCE, "reached maximum value", sqlstate::kSequenceLimitExceeded},
    Pattern{Type::SEQUENCE, "reached minimum value", sqlstate::kSequenceLimitExceeded},
    Pattern{Type::OUT_OF_RANGE, "imestamp", sqlstate::kDatetimeOverflow},
    Pattern{Type::OUT_OF_MEMORY, "max_temp_directory_size", sqlstate::kConfigurationLimitExceeded},
    Pattern{Type::IO, "No space left", sqlstate::kDiskFull},
    Pattern{Type::IO, "File too large", sqlstate::kDiskFull},
    Pattern{Type::IO, "quota", sqlstate::kDiskFull},
    Pattern{Type::IO, "max_temp_directory_size", sqlstate::kConfigurationLimitExceeded},
    Pattern{Type::FATAL, "No space left", sqlstate::kDiskFull},
    Pattern{Type::FATAL, "File too large", sqlstate::kDiskFull},
};

Sqlstate code_of(Type type) {
    switch (type) {
        case Type::PARSER:
        case Type::SYNTAX:
        case Type::EXPRESSION:
            return sqlstate::kSyntaxError;
        case Type::CATALOG:
        case Type::BINDER:
        case Type::PLANNER:
            return sqlstate::kSyntaxErrorOrAccess;
        case Type::OUT_OF_RANGE:
        case Type::DECIMAL:
            return sqlstate::kNumericOutOfRange;
        case Type::CONVERSION:
            return sqlstate::kInvalidTextRepresentation;
        case Type::DIVIDE_BY_ZERO:
            return sqlstate::kDivisionByZero;
        case Type::MISMATCH_TYPE:
        case Type::INVALID_TYPE:
            return sqlstate::kDatatypeMismatch;
        case Type::CONSTRAINT:
            return sqlstate::kIntegrityConstraintViolation;
        case Type::TRANSACTION:
            return sqlstate::kInvalidTransactionState;
        case Type::NOT_IMPLEMENTED:
            return sqlstate::kFeatureNotSupported;
        case Type::INVALID_INPUT:
        case Type::SETTINGS:
            return sqlstate::kInvalidParameterValue;
        case Type::SEQUENCE:
            return sqlstate::kObjectNotInPrerequisiteState;
        case Type::OUT_OF_MEMORY:
            return sqlstate::kOutOfMemory;
        case Type::OBJECT_SIZE:
            return sqlstate::kProgramLimitExceeded;
        case Type::PERMISSION:
        case Type::MISSING_EXTENSION:
        case Type::AUTOLOAD:
            return sqlstate::kInsufficientPrivilege;
        case Type::DEPENDENCY:
            return sqlstate::kDependentObjectsStillExist;
        case Type::PARAMETER_NOT_RESOLVED:
            return sqlstate::kIndeterminateDatatype;
        case Type::INTERRUPT:
            return sqlstate::kQueryCanceled;
        case Type::IO:
            return sqlstate::kIoError;
        default:
            return sqlstate::kInternalError;
    }
}

Sqlstate code_of(Type type, std::string_view message) {
    for (const Pattern& pattern : kPatterns) {
        if (pattern.type == type && has(message, pattern.part)) return pattern.code;
    }
    return code_of(type);
}

// DuckDB's advice on settings is of no use to a client that may not change them.
Error out_of_memory(Sqlstate code, std::string_view message) {
    if (code == sqlstate::kConfigurationLimitExceeded) {
        return {code, "the statement needs more temporary disk space than the workspace may use",
                std::string(message.substr(0, message.find('\n'))),
                "Sort, join or group fewer rows or columns at once, or have a project admin raise temp_limit_gb or "
                "memory_limit of the workspace."};
    }
    std::string text(message.substr(0, message.find("\n\n")));
    return {code, "out of memory", text,
            "Use fewer columns or rows at once, or ask for a larger memory limit of the workspace."};
}

Error internal(Sqlstate code, std::string_view message) {
    if (code == sqlstate::kDiskFull)
        return {code, "the disk or the workspace's share of it is full", std::string(message)};
    return {code, "internal error of the engine", std::string(message)};
}

std::optional<Error> by_subtype(const duckdb::ErrorData& error, std::string_view message) {
    const std::string subtype = info_of(error, "error_subtype");
    if (subtype == "MISSING_ENTRY") return missing_entry(error, message);
    if (subtype == "ENTRY_ALREADY_EXISTS") return entry_exists(error, message);
    if (subtype == "COLUMN_NOT_FOUND") return column_not_found(error);
    if (subtype == "NO_MATCHING_FUNCTION") return no_matching_function(error);
    return std::nullopt;
}

// "…\nDid you mean "x"?" and "…\nCandidate bindings: …" go to the hint.
Error split_hint(Sqlstate code, std::string_view message) {
    const std::size_t cut = message.find('\n');
    Error error{code, std::string(message.substr(0, cut))};
    if (cut == std::string_view::npos) return error;
    const std::size_t rest = message.find_first_not_of("\n\t ", cut);
    // DuckDB's advice to change a setting is of no use here, and a name with @ is an attached version.
    const bool useful =
        rest != std::string_view::npos && !is_internal(message.substr(rest)) && !has(message.substr(rest), "SET ");
    if (useful) error.hint = message.substr(rest);
    return error;
}

}  // namespace

Error worded(const duckdb::ErrorData& error, std::string_view message) {
    if (auto known = by_subtype(error, message)) return *std::move(known);
    const Sqlstate code = code_of(error.Type(), message);
    // Where nobody knows the reason any more (a BEGIN of the session's own, a parse): a client asked for it.
    if (error.Type() == Type::INTERRUPT) return error_for(CancelReason::kUser);
    if (error.Type() == Type::OUT_OF_MEMORY) return out_of_memory(code, message);
    if (error.Type() == Type::INTERNAL || error.Type() == Type::FATAL) return internal(code, message);
    if (code.error_class() == "23") return worded_constraint(code, message);
    if (auto known = worded_conversion(error.Type(), code, message)) return *std::move(known);
    if (code == sqlstate::kUndefinedTable && error.Type() == Type::CATALOG) {
        const std::string_view name = until(after(message, "with name \""), "\" does not exist");
        return {code, "relation " + quoted(name) + " does not exist"};
    }
    if (const auto name = column_not_had(message); !name.empty()) {
        return missing_column(name, split_hint(code, message).hint);
    }
    if (code == sqlstate::kDivisionByZero) return {code, "division by zero"};
    if (code == sqlstate::kSerializationFailure) {
        return {code, "could not serialize access due to concurrent update", std::string(message),
                "Run the transaction again."};
    }
    if (code == sqlstate::kInFailedTransaction) {
        return {code, "current transaction is aborted, commands ignored until end of transaction block"};
    }
    return split_hint(code, message);
}

}  // namespace smew::engine
