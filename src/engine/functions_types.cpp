// Functions over PostgreSQL's types and objects: pg_typeof(), to_regclass(), format_type(), pg_table_is_visible().
// Source: PostgreSQL 15 documentation, 9.26.
#include "engine/errors.hpp"
#include "engine/native_functions.hpp"
#include "engine/object_casts.hpp"
#include "engine/object_names.hpp"
#include "engine/type_names.hpp"
#include "pgcatalog/builtin_types.hpp"

#include <duckdb/common/vector_operations/unary_executor.hpp>
#include <duckdb/execution/expression_executor_state.hpp>
#include <duckdb/function/scalar_function.hpp>
#include <duckdb/planner/expression/bound_function_expression.hpp>

#include <array>

namespace smew::engine {
namespace {

using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::FunctionStability;
using duckdb::LogicalType;
using duckdb::ScalarFunction;
using duckdb::ScalarFunctionSet;
using duckdb::string_t;
using duckdb::Vector;

// Looks into the catalog, which the next execution may find changed.
ScalarFunction looking_up(ScalarFunction function) {
    function.SetStability(FunctionStability::CONSISTENT_WITHIN_QUERY);
    return function;
}

// ---- pg_typeof(any)

struct TypeOid : duckdb::FunctionData {
    explicit TypeOid(std::int64_t oid_) : oid(oid_) {}
    duckdb::unique_ptr<FunctionData> Copy() const override { return duckdb::make_uniq<TypeOid>(oid); }
    bool Equals(const FunctionData& other) const override { return oid == other.Cast<TypeOid>().oid; }
    std::int64_t oid;
};

duckdb::unique_ptr<duckdb::FunctionData> bind_typeof(
    duckdb::ClientContext& context, ScalarFunction&,
    duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
    const LogicalType& type = arguments[0]->return_type;
    std::int64_t oid = oid_of_type(type);
    if (oid == 0 && type.HasAlias()) oid = find_type(context, quote_if_needed(type.GetAlias())).value_or(0);
    return duckdb::make_uniq<TypeOid>(oid);
}

void give_typeof(DataChunk&, ExpressionState& state, Vector& result) {
    const auto& call = state.expr.Cast<duckdb::BoundFunctionExpression>();
    duckdb::Value oid = duckdb::Value::BIGINT(call.bind_info->Cast<TypeOid>().oid);
    oid.Reinterpret(aliased_type("regtype"));
    result.Reference(oid);
}

ScalarFunctionSet pg_typeof() {
    ScalarFunction function({LogicalType::ANY}, aliased_type("regtype"), give_typeof, bind_typeof);
    function.SetNullHandling(duckdb::FunctionNullHandling::SPECIAL_HANDLING);
    return one(std::move(function));
}

// ---- to_regclass(text) and its like

template <const char* type>
void find_objects(DataChunk& input, ExpressionState& state, Vector& result) {
    duckdb::UnaryExecutor::ExecuteWithNulls<string_t, std::int64_t>(
        input.data[0], result, input.size(), [&](string_t text, duckdb::ValidityMask& mask, duckdb::idx_t row) {
            const auto found = find_object(state.GetContext(), type, text.GetString());
            if (!found) mask.SetInvalid(row);
            return found.value_or(0);
        });
}

template <const char* type>
ScalarFunctionSet to_object() {
    return one(looking_up(ScalarFunction({LogicalType::VARCHAR}, aliased_type(type), find_objects<type>)));
}

constexpr char kRegclass[] = "regclass", kRegtype[] = "regtype", kRegnamespace[] = "regnamespace",
               kRegrole[] = "regrole", kRegproc[] = "regproc", kRegprocedure[] = "regprocedure", kRegoper[] = "regoper";

// ---- format_type(oid, modifier)

std::string with_modifier(const std::string& name, std::uint32_t oid, std::int32_t modifier) {
    const auto* type = pgcatalog::builtin_type(oid);
    if (modifier < 0 || type == nullptr) return name;
    const auto behind_first_word = [&](const std::string& text) {
        const std::size_t blank = std::min(name.find(' '), name.size());
        return name.substr(0, blank) + text + name.substr(blank);
    };
    if (type->name == "numeric" && modifier >= 4) {
        const std::int32_t packed = modifier - 4;
        return name + "(" + std::to_string(packed >> 16) + "," + std::to_string(packed & 0xFFFF) + ")";
    }
    if ((type->name == "varchar" || type->name == "bpchar") && modifier >= 4) {
        return name + "(" + std::to_string(modifier - 4) + ")";
    }
    if (type->name == "bit" || type->name == "varbit") return name + "(" + std::to_string(modifier) + ")";
    if (type->name.starts_with("time")) return behind_first_word("(" + std::to_string(modifier) + ")");
    return name;
}

std::string format_type(duckdb::ClientContext& context, std::int64_t oid, std::int32_t modifier) {
    if (oid == 0) return "-";
    const auto name = type_name(context, oid);
    if (!name) return "???";
    // character without a length is bpchar, since SQL's character is character(1).
    if (oid == 1042 && modifier < 0) return "character";
    return with_modifier(*name, static_cast<std::uint32_t>(oid), modifier);
}

void format_types(DataChunk& input, ExpressionState& state, Vector& result) {
    duckdb::UnifiedVectorFormat oids, modifiers;
    input.data[0].ToUnifiedFormat(input.size(), oids);
    input.data[1].ToUnifiedFormat(input.size(), modifiers);
    for (duckdb::idx_t row = 0; row < input.size(); ++row) {
        const auto at = oids.sel->get_index(row), modifier_at = modifiers.sel->get_index(row);
        if (!oids.validity.RowIsValid(at)) {
            duckdb::FlatVector::SetNull(result, row, true);
            continue;
        }
        const std::int32_t modifier = modifiers.validity.RowIsValid(modifier_at)
                                          ? duckdb::UnifiedVectorFormat::GetData<std::int32_t>(modifiers)[modifier_at]
                                          : -1;
        const auto oid = duckdb::UnifiedVectorFormat::GetData<std::int64_t>(oids)[at];
        duckdb::FlatVector::GetData<string_t>(result)[row] =
            duckdb::StringVector::AddString(result, format_type(state.GetContext(), oid, modifier));
    }
    if (input.AllConstant()) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
}

ScalarFunctionSet format_type_set() {
    ScalarFunction function =
        looking_up(ScalarFunction({LogicalType::BIGINT, LogicalType::INTEGER}, LogicalType::VARCHAR, format_types));
    function.SetNullHandling(duckdb::FunctionNullHandling::SPECIAL_HANDLING);
    return one(std::move(function));
}

// ---- pg_table_is_visible(oid)

void tables_visible(DataChunk& input, ExpressionState& state, Vector& result) {
    duckdb::UnaryExecutor::Execute<std::int64_t, bool>(
        input.data[0], result, input.size(), [&](std::int64_t oid) { return is_visible(state.GetContext(), oid); });
}

// ---- parse_ident(text [, strict])

void split_names(DataChunk& input, ExpressionState&, Vector& result) {
    for (duckdb::idx_t row = 0; row < input.size(); ++row) {
        const duckdb::Value text = input.GetValue(0, row);
        if (text.IsNull()) {
            result.SetValue(row, duckdb::Value(result.GetType()));
            continue;
        }
        const auto parts = split_object_name(text.ToString());
        if (!parts) {
            throw_through_duckdb(
                {sqlstate::kInvalidParameterValue, "string is not a valid identifier: \"" + text.ToString() + "\""});
        }
        duckdb::vector<duckdb::Value> names(parts->begin(), parts->end());
        result.SetValue(row, duckdb::Value::LIST(LogicalType::VARCHAR, std::move(names)));
    }
}

// With strict = false PostgreSQL takes what stands before the first thing that is no name; nobody asks for that.
ScalarFunctionSet parse_ident() {
    return one(ScalarFunction({LogicalType::VARCHAR}, LogicalType::LIST(LogicalType::VARCHAR), split_names));
}

// ---- age(xid): how many transactions ago, which nobody counts here

ScalarFunctionSet age_of_transaction() {
    const auto none = [](DataChunk& input, ExpressionState&, Vector& result) {
        duckdb::UnaryExecutor::Execute<std::int64_t, std::int32_t>(input.data[0], result, input.size(),
                                                                   [](std::int64_t) { return 0; });
    };
    return one(ScalarFunction({aliased_type("xid")}, LogicalType::INTEGER, none));
}

// ---- acldefault(kind, owner): what pg_dump asks first, whose user reads the answer

duckdb::unique_ptr<duckdb::FunctionData> refuse_dump(duckdb::ClientContext&, ScalarFunction&,
                                                     duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>&) {
    throw_through_duckdb({sqlstate::kFeatureNotSupported, "function acldefault() is not supported",
                          "There are no lists of privileges here, which pg_dump reads, so it cannot dump a workspace.",
                          "Use COPY … TO STDOUT for a table's rows, or the export of the REST API."});
}

ScalarFunctionSet acldefault() {
    return one(ScalarFunction({LogicalType::VARCHAR, LogicalType::BIGINT}, LogicalType::LIST(aliased_type("aclitem")),
                              ScalarFunction::NopFunction, refuse_dump));
}

constexpr std::array kFunctions = {
    NativeFunction{"acldefault", acldefault, false},
    NativeFunction{"parse_ident", parse_ident},
    NativeFunction{.name = "age", .make = age_of_transaction, .pure = false, .extends = true},
    NativeFunction{"pg_typeof", pg_typeof, false},
    NativeFunction{"to_regclass", to_object<kRegclass>, false},
    NativeFunction{"to_regtype", to_object<kRegtype>, false},
    NativeFunction{"to_regnamespace", to_object<kRegnamespace>, false},
    NativeFunction{"to_regrole", to_object<kRegrole>, false},
    NativeFunction{"to_regproc", to_object<kRegproc>, false},
    NativeFunction{"to_regprocedure", to_object<kRegprocedure>, false},
    NativeFunction{"to_regoper", to_object<kRegoper>, false},
    NativeFunction{"format_type", format_type_set, false},
    NativeFunction{"pg_table_is_visible",
                   [] {
                       return one(looking_up({{LogicalType::BIGINT}, LogicalType::BOOLEAN, tables_visible}));
                   },
                   false},
};

}  // namespace

std::span<const NativeFunction> type_functions() {
    return kFunctions;
}

}  // namespace smew::engine
