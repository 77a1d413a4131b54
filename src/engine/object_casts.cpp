#include "engine/object_casts.hpp"

#include "engine/errors.hpp"
#include "engine/native_functions.hpp"
#include "engine/object_names.hpp"
#include "engine/row_position.hpp"
#include "engine/type_names.hpp"

#include <duckdb/common/vector_operations/unary_executor.hpp>
#include <duckdb/function/cast/cast_function_set.hpp>
#include <duckdb/transaction/transaction_context.hpp>

#include <charconv>
#include <unordered_map>
#include <utility>

namespace smew::engine {
namespace {

using duckdb::LogicalType;

// Who owns the system's objects, the workspace's and the project's.
constexpr std::int64_t kSystemRole = 10, kUserRole = 16'385, kProjectRole = 16'386;
constexpr std::int64_t kNoObject = 0;  // written "-"

std::optional<std::int64_t> find_role(duckdb::ClientContext& context, const std::string& name) {
    if (name == facts_of(context).identity().user) return kUserRole;
    if (name == "smew") return kSystemRole;
    return name == "project" ? std::optional(kProjectRole) : std::nullopt;
}

std::optional<std::string> role_name(duckdb::ClientContext& context, std::int64_t oid) {
    if (oid == kUserRole) return facts_of(context).identity().user;
    if (oid == kSystemRole) return "smew";
    return oid == kProjectRole ? std::optional<std::string>("project") : std::nullopt;
}

std::optional<std::int64_t> as_number(std::string_view text) {
    std::uint32_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

Error no_such_object(std::string_view type, std::string_view name) {
    const std::string text(name);
    if (type == "regclass") return {sqlstate::kUndefinedTable, "relation \"" + text + "\" does not exist"};
    if (type == "regtype") return {sqlstate::kUndefinedObject, "type \"" + text + "\" does not exist"};
    if (type == "regnamespace") return {sqlstate::kInvalidSchemaName, "schema \"" + text + "\" does not exist"};
    if (type == "regrole") return {sqlstate::kUndefinedObject, "role \"" + text + "\" does not exist"};
    return {sqlstate::kUndefinedFunction, "function \"" + text + "\" does not exist"};
}

namespace {

// The cast's connection, which its function needs to look things up.
class CastContext : public duckdb::FunctionLocalState {
public:
    explicit CastContext(duckdb::ClientContext& context_) : context(context_) {}
    duckdb::ClientContext& context;
    const std::string& text_of(std::string_view type, std::int64_t oid);

private:
    std::unordered_map<std::int64_t, std::string> texts_;  // what one statement has asked before
    bool knows_procedures_ = false;
};

const std::string& CastContext::text_of(std::string_view type, std::int64_t oid) {
    const auto known = texts_.find(oid);
    if (known != texts_.end()) return known->second;
    const bool can_look = oid != kNoObject && context.transaction.HasActiveTransaction();
    if (type == "regproc" && can_look && !std::exchange(knows_procedures_, true)) {
        texts_.merge(procedure_names(context));
        return text_of(type, oid);
    }
    return texts_.emplace(oid, object_text(context, type, oid)).first->second;
}

duckdb::unique_ptr<duckdb::FunctionLocalState> keep_context(duckdb::CastLocalStateParameters& parameters) {
    if (!parameters.context) throw duckdb::InvalidInputException("this cast needs a connection");
    return duckdb::make_uniq<CastContext>(*parameters.context);
}

struct CastData : duckdb::BoundCastData {
    explicit CastData(std::string type_) : type(std::move(type_)) {}
    duckdb::unique_ptr<BoundCastData> Copy() const override { return duckdb::make_uniq<CastData>(type); }
    std::string type;
};

bool read_objects(duckdb::Vector& source, duckdb::Vector& result, duckdb::idx_t count,
                  duckdb::CastParameters& parameters) {
    auto& context = parameters.local_state->Cast<CastContext>().context;
    const std::string& type = parameters.cast_data->Cast<CastData>().type;
    duckdb::UnaryExecutor::Execute<duckdb::string_t, std::int64_t>(
        source, result, count, [&](const duckdb::string_t& text) {
            const auto found = find_object(context, type, text.GetString());
            if (!found) throw_through_duckdb(no_such_object(type, text.GetString()));
            return *found;
        });
    return true;
}

bool write_objects(duckdb::Vector& source, duckdb::Vector& result, duckdb::idx_t count,
                   duckdb::CastParameters& parameters) {
    auto& state = parameters.local_state->Cast<CastContext>();
    const std::string& type = parameters.cast_data->Cast<CastData>().type;
    duckdb::UnaryExecutor::Execute<std::int64_t, duckdb::string_t>(source, result, count, [&](std::int64_t oid) {
        return duckdb::StringVector::AddString(result, state.text_of(type, oid));
    });
    return true;
}

duckdb::BoundCastInfo cast_with_context(duckdb::cast_function_t function, const std::string& type) {
    return {function, duckdb::make_uniq<CastData>(type), keep_context};
}

// How dear an implicit cast is: dearer than any that DuckDB makes between numbers, so that it decides only when
// nothing else fits.
constexpr std::int64_t kToBase = 1, kFromBase = 150;

void relabel(duckdb::CastFunctionSet& casts, const LogicalType& from, const LogicalType& to, std::int64_t cost) {
    casts.RegisterCastFunction(from, to, duckdb::DefaultCasts::ReinterpretCast, cost);
}

void install_alias(duckdb::CastFunctionSet& casts, const LogicalType& type) {
    const LogicalType base(type.id());
    relabel(casts, type, base, kToBase);
    relabel(casts, base, type, kFromBase);
}

// ---- tid

Error no_position(const std::string& text) {
    return {sqlstate::kInvalidTextRepresentation, "invalid input syntax for type tid: \"" + text + "\""};
}

bool read_positions(duckdb::Vector& source, duckdb::Vector& result, duckdb::idx_t count, duckdb::CastParameters&) {
    duckdb::UnaryExecutor::Execute<duckdb::string_t, std::int64_t>(
        source, result, count, [](const duckdb::string_t& text) {
            const auto row = read_row_position({text.GetData(), text.GetSize()});
            if (!row) throw_through_duckdb(no_position(text.GetString()));
            return *row;
        });
    return true;
}

bool write_positions(duckdb::Vector& source, duckdb::Vector& result, duckdb::idx_t count, duckdb::CastParameters&) {
    duckdb::UnaryExecutor::Execute<std::int64_t, duckdb::string_t>(source, result, count, [&](std::int64_t row) {
        return duckdb::StringVector::AddString(result, row_position_text(row));
    });
    return true;
}

}  // namespace

std::optional<std::int64_t> find_object(duckdb::ClientContext& context, std::string_view type,
                                        const std::string& text) {
    if (text == "-") return kNoObject;
    if (const auto number = as_number(text)) return number;
    if (type == "regtype") return find_type(context, text);
    const auto name = split_object_name(text);
    if (!name) throw_through_duckdb({sqlstate::kInvalidName, "invalid name syntax"});
    if (type == "regclass") return find_relation(context, *name);
    if (type == "regnamespace") return find_schema(context, name->back());
    if (type == "regproc") return find_procedure(context, *name);
    if (type == "regrole") return find_role(context, name->back());
    return std::nullopt;
}

std::string object_text(duckdb::ClientContext& context, std::string_view type, std::int64_t oid) {
    if (oid == kNoObject) return "-";
    // The rows of INSERT … RETURNING are read when its transaction has ended.
    if (!context.transaction.HasActiveTransaction()) return std::to_string(oid);
    std::optional<std::string> name;
    if (type == "regclass") name = relation_name(context, oid);
    if (type == "regtype") name = type_name(context, oid);
    if (type == "regnamespace") name = schema_name(context, oid);
    if (type == "regrole") name = role_name(context, oid);
    if (!name) return std::to_string(oid);
    return type == "regrole" ? quote_if_needed(*name) : *name;
}

void install_object_casts(duckdb::DatabaseInstance& database) {
    auto& casts = duckdb::CastFunctionSet::Get(database);
    for (const auto name : type_alias_names()) {
        const LogicalType type = aliased_type(name);
        install_alias(casts, type);
        if (name == "tid") {
            casts.RegisterCastFunction(LogicalType::VARCHAR, type, read_positions);
            casts.RegisterCastFunction(type, LogicalType::VARCHAR, write_positions);
        }
        if (!is_object_reference(type)) continue;
        relabel(casts, type, oid_type(), kToBase);
        relabel(casts, oid_type(), type, kFromBase);
        for (const LogicalType& text : {LogicalType(LogicalType::VARCHAR), name_type()}) {
            casts.RegisterCastFunction(text, type, cast_with_context(read_objects, std::string(name)));
        }
        casts.RegisterCastFunction(type, LogicalType::VARCHAR, cast_with_context(write_objects, std::string(name)));
    }
}

}  // namespace smew::engine
