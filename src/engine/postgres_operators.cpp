#include "engine/postgres_operators.hpp"

#include "engine/errors.hpp"
#include "engine/session_state.hpp"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/catalog/catalog_entry/scalar_function_catalog_entry.hpp>
#include <duckdb/common/exception/binder_exception.hpp>
#include <duckdb/common/vector_operations/binary_executor.hpp>
#include <duckdb/function/function_binder.hpp>
#include <duckdb/main/connection.hpp>
#include <duckdb/planner/expression/bound_cast_expression.hpp>
#include <duckdb/planner/expression_binder.hpp>

namespace smew::engine {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::ScalarFunction;
using duckdb::ScalarFunctionSet;
using duckdb::Vector;
using Arguments = duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>;

// DuckDB's overloads of an operator, and those it is to have for whole numbers in PostgreSQL's dialect.
struct Overloads : duckdb::ScalarFunctionInfo {
    Overloads(ScalarFunctionSet duckdb_, ScalarFunctionSet integers_)
        : duckdb(std::move(duckdb_)), integers(std::move(integers_)) {}
    ScalarFunctionSet duckdb, integers;
};

// ---- division by zero

template <class T>
void refuse_zero(Vector& dividend, Vector& divisor, duckdb::idx_t count) {
    duckdb::UnifiedVectorFormat left, right;
    divisor.ToUnifiedFormat(count, right);
    const bool constant = divisor.GetVectorType() == duckdb::VectorType::CONSTANT_VECTOR;
    const auto* values = duckdb::UnifiedVectorFormat::GetData<T>(right);
    if (constant && (count == 0 || !right.validity.RowIsValid(0) || !(values[0] == T(0)))) return;
    dividend.ToUnifiedFormat(count, left);
    for (duckdb::idx_t row = 0; row < count; ++row) {
        const duckdb::idx_t at = right.sel->get_index(row);
        if (!(values[at] == T(0)) || !right.validity.RowIsValid(at)) continue;
        // NULL / 0 is NULL.
        if (left.validity.RowIsValid(left.sel->get_index(row)))
            throw_through_duckdb({Sqlstate("22012"), "division by zero"});
    }
}

void refuse_zero(Vector& dividend, Vector& divisor, duckdb::idx_t count) {
    using duckdb::PhysicalType;
    switch (divisor.GetType().InternalType()) {
        case PhysicalType::INT8:
            return refuse_zero<std::int8_t>(dividend, divisor, count);
        case PhysicalType::INT16:
            return refuse_zero<std::int16_t>(dividend, divisor, count);
        case PhysicalType::INT32:
            return refuse_zero<std::int32_t>(dividend, divisor, count);
        case PhysicalType::INT64:
            return refuse_zero<std::int64_t>(dividend, divisor, count);
        case PhysicalType::UINT8:
            return refuse_zero<std::uint8_t>(dividend, divisor, count);
        case PhysicalType::UINT16:
            return refuse_zero<std::uint16_t>(dividend, divisor, count);
        case PhysicalType::UINT32:
            return refuse_zero<std::uint32_t>(dividend, divisor, count);
        case PhysicalType::UINT64:
            return refuse_zero<std::uint64_t>(dividend, divisor, count);
        case PhysicalType::INT128:
            return refuse_zero<duckdb::hugeint_t>(dividend, divisor, count);
        case PhysicalType::UINT128:
            return refuse_zero<duckdb::uhugeint_t>(dividend, divisor, count);
        case PhysicalType::FLOAT:
            return refuse_zero<float>(dividend, divisor, count);
        case PhysicalType::DOUBLE:
            return refuse_zero<double>(dividend, divisor, count);
        default:
            return;
    }
}

// ---- binding

// Makes `function` the overload that DuckDB's rules choose of `set`.
duckdb::unique_ptr<duckdb::FunctionData> become(duckdb::ClientContext& context, ScalarFunction& function,
                                                ScalarFunctionSet set, Arguments& arguments) {
    const std::string name = function.name;
    duckdb::ErrorData error;
    duckdb::FunctionBinder binder(context);
    const auto chosen = binder.BindFunction(name, set, arguments, error);
    if (!chosen.IsValid()) error.Throw();
    function = set.GetFunctionByOffset(chosen.GetIndex());
    // DuckDB's optimizer knows // by its name, and that it gives NULL for zero.
    function.name = name;
    if (!function.HasBindCallback()) return nullptr;
    return function.GetBindCallback()(context, function, arguments);
}

bool is_whole(const LogicalType& type) {
    return type.IsIntegral();
}
// A parameter or a literal in quotes takes the type of the other operand.
bool is_open(const duckdb::Expression& expression) {
    const auto id = duckdb::ExpressionBinder::GetExpressionReturnType(expression).id();
    return id == LogicalTypeId::UNKNOWN || id == LogicalTypeId::STRING_LITERAL;
}

void settle_types(duckdb::ClientContext& context, Arguments& arguments) {
    for (std::size_t i = 0; i < 2; ++i) {
        const LogicalType other = arguments[1 - i]->return_type;
        if (!is_open(*arguments[i]) || is_open(*arguments[1 - i]) || !other.IsNumeric()) continue;
        arguments[i] = duckdb::BoundCastExpression::AddCastToType(context, std::move(arguments[i]), other);
    }
}

duckdb::unique_ptr<duckdb::FunctionData> bind_division(duckdb::ClientContext& context, ScalarFunction& function,
                                                       Arguments& arguments) {
    const auto info = function.function_info;
    const auto& overloads = info->Cast<Overloads>();
    if (!SessionState::speaks_postgres(context)) return become(context, function, overloads.duckdb, arguments);
    settle_types(context, arguments);
    const bool whole = is_whole(arguments[0]->return_type) && is_whole(arguments[1]->return_type);
    auto data = become(context, function, whole ? overloads.integers : overloads.duckdb, arguments);
    function.SetFunctionCallback([divide = function.GetFunctionCallback()](
                                     duckdb::DataChunk& input, duckdb::ExpressionState& state, Vector& result) {
        refuse_zero(input.data[0], input.data[1], input.size());
        divide(input, state, result);
    });
    return data;
}

// ---- + - *: a parameter takes a type from the other side

bool is_moment(const LogicalType& type) {
    return type.id() == LogicalTypeId::DATE || type.id() == LogicalTypeId::TIMESTAMP ||
           type.id() == LogicalTypeId::TIMESTAMP_TZ;
}

// $1 in timestamp + $1 is an interval, in timestamp - $1 a timestamp. A date takes days of any whole type, since
// generate_series() gives them as bigint.
void settle_moments(duckdb::ClientContext& context, const std::string& op, Arguments& arguments) {
    for (std::size_t i = 0; i < 2; ++i) {
        const LogicalType moment = arguments[1 - i]->return_type;
        if (!is_moment(moment)) continue;
        LogicalType wanted = arguments[i]->return_type;
        if (wanted.id() == LogicalTypeId::UNKNOWN) wanted = op == "-" ? moment : LogicalType(LogicalType::INTERVAL);
        if (moment.id() == LogicalTypeId::DATE && is_whole(wanted)) wanted = LogicalType::INTEGER;
        if (wanted != arguments[i]->return_type)
            arguments[i] = duckdb::BoundCastExpression::AddCastToType(context, std::move(arguments[i]), wanted);
    }
}

duckdb::unique_ptr<duckdb::FunctionData> bind_arithmetic(duckdb::ClientContext& context, ScalarFunction& function,
                                                         Arguments& arguments) {
    const auto info = function.function_info;
    if (SessionState::speaks_postgres(context)) {
        settle_types(context, arguments);
        settle_moments(context, function.name, arguments);
    }
    return become(context, function, info->Cast<Overloads>().duckdb, arguments);
}

// ---- ||: an element joins an array

struct OriginalBind : duckdb::ScalarFunctionInfo {
    explicit OriginalBind(duckdb::bind_scalar_function_t bind_) : bind(bind_) {}
    duckdb::bind_scalar_function_t bind;
};

// An element becomes an array of one; a literal in quotes, as PostgreSQL has it, is an array's text.
void settle_arrays(duckdb::ClientContext& context, Arguments& arguments) {
    for (std::size_t i = 0; i < 2; ++i) {
        const LogicalType list = arguments[1 - i]->return_type;
        const LogicalType own = arguments[i]->return_type;
        if (list.id() != LogicalTypeId::LIST || own.id() == LogicalTypeId::LIST || own.id() == LogicalTypeId::SQLNULL)
            continue;
        if (is_open(*arguments[i])) {
            arguments[i] = duckdb::BoundCastExpression::AddCastToType(context, std::move(arguments[i]), list);
            continue;
        }
        Arguments element;
        element.push_back(std::move(arguments[i]));
        duckdb::ErrorData error;
        arguments[i] =
            duckdb::FunctionBinder(context).BindScalarFunction("main", "list_value", std::move(element), error);
        if (!arguments[i]) error.Throw();
    }
}

duckdb::unique_ptr<duckdb::FunctionData> bind_concatenation(duckdb::ClientContext& context, ScalarFunction& function,
                                                            Arguments& arguments) {
    if (SessionState::speaks_postgres(context) && arguments.size() == 2) settle_arrays(context, arguments);
    return function.GetExtraFunctionInfo().Cast<OriginalBind>().bind(context, function, arguments);
}

// ---- date - date

void subtract_dates(duckdb::DataChunk& input, duckdb::ExpressionState&, Vector& result) {
    duckdb::BinaryExecutor::Execute<duckdb::date_t, duckdb::date_t, std::int32_t>(
        input.data[0], input.data[1], result, input.size(), [](duckdb::date_t left, duckdb::date_t right) {
            const std::int64_t days = std::int64_t{left.days} - right.days;
            if (!duckdb::Value::IsFinite(left) || !duckdb::Value::IsFinite(right))
                throw_through_duckdb({sqlstate::kDatetimeOverflow, "cannot subtract infinite dates"});
            return static_cast<std::int32_t>(days);
        });
}

duckdb::unique_ptr<duckdb::FunctionData> bind_date_difference(duckdb::ClientContext& context, ScalarFunction& function,
                                                              Arguments&) {
    if (!SessionState::speaks_postgres(context)) return nullptr;
    function.SetReturnType(LogicalType::INTEGER);
    function.SetFunctionCallback(subtract_dates);
    function.SetStatisticsCallback(nullptr);
    return nullptr;
}

// ---- the entries

duckdb::ScalarFunctionCatalogEntry& entry(duckdb::ClientContext& context, const std::string& name) {
    return duckdb::Catalog::GetSystemCatalog(context).GetEntry<duckdb::ScalarFunctionCatalogEntry>(context, "main",
                                                                                                   name);
}

void install_division(duckdb::ClientContext& context, const std::string& name, const std::string& of_integers) {
    auto& functions = entry(context, name).functions;
    ScalarFunctionSet integers = entry(context, of_integers).functions;
    ScalarFunction either(name, {LogicalType::ANY, LogicalType::ANY}, LogicalType::ANY, ScalarFunction::NopFunction,
                          bind_division);
    either.SetFallible();
    // Or DuckDB would answer a NULL before it is known of which type.
    either.SetNullHandling(duckdb::FunctionNullHandling::SPECIAL_HANDLING);
    either.SetExtraFunctionInfo<Overloads>(functions, std::move(integers));
    functions.functions = {either};
}

// The overloads of one operand, -a and +a, stay.
void install_arithmetic(duckdb::ClientContext& context, const std::string& name) {
    auto& functions = entry(context, name).functions;
    ScalarFunction either(name, {LogicalType::ANY, LogicalType::ANY}, LogicalType::ANY, ScalarFunction::NopFunction,
                          bind_arithmetic);
    either.SetFallible();
    // Or DuckDB would answer a NULL before it is known of which type.
    either.SetNullHandling(duckdb::FunctionNullHandling::SPECIAL_HANDLING);
    either.SetExtraFunctionInfo<Overloads>(functions, ScalarFunctionSet(name));
    std::erase_if(functions.functions, [](const ScalarFunction& function) { return function.arguments.size() == 2; });
    functions.AddFunction(either);
}

void install_concatenation(duckdb::ClientContext& context) {
    for (ScalarFunction& function : entry(context, "||").functions.functions) {
        if (!function.HasBindCallback()) continue;
        function.SetExtraFunctionInfo<OriginalBind>(function.GetBindCallback());
        function.SetBindCallback(bind_concatenation);
    }
}

void install_date_difference(duckdb::ClientContext& context) {
    for (ScalarFunction& function : entry(context, "-").functions.functions) {
        if (function.arguments.size() == 2 && function.arguments[0] == LogicalType::DATE &&
            function.arguments[1] == LogicalType::DATE) {
            function.SetBindCallback(bind_date_difference);
        }
    }
}

}  // namespace

void install_postgres_operators(duckdb::DatabaseInstance& database) {
    duckdb::Connection connection(database);
    duckdb::ClientContext& context = *connection.context;
    context.RunFunctionInTransaction([&] {
        install_division(context, "/", "//");
        install_division(context, "%", "%");
        install_division(context, "mod", "mod");
        install_date_difference(context);
        for (const char* name : {"+", "-", "*"}) install_arithmetic(context, name);
        install_concatenation(context);
    });
}

}  // namespace smew::engine
