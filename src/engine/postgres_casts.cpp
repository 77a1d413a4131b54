#include "engine/postgres_casts.hpp"

#include "engine/errors.hpp"
#include "engine/parameters.hpp"
#include "engine/session_state.hpp"

#include <duckdb/common/vector_operations/unary_executor.hpp>
#include <duckdb/function/cast/cast_function_set.hpp>
#include <duckdb/function/cast/default_casts.hpp>
#include <duckdb/main/config.hpp>

#include <array>
#include <charconv>

namespace smew::engine {
namespace {

using duckdb::BoundCastInfo;
using duckdb::CastParameters;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Vector;

// TRY_CAST asks for NULL instead of the error.
void fail(const Error& error, CastParameters& parameters) {
    if (parameters.error_message == nullptr) throw_through_duckdb(error);
    if (parameters.error_message->empty()) *parameters.error_message = error.message;
}

// ---- integers: digits and a sign, nothing else

std::string_view without_blanks(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r\n\v\f";
    const std::size_t first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

template <class T>
bool read_integer(std::string_view text, T& value) {
    std::string_view digits = without_blanks(text);
    if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc{} && end == digits.data() + digits.size();
}

template <class T>
bool cast_integers(Vector& source, Vector& result, duckdb::idx_t count, CastParameters& parameters) {
    bool all = true;
    duckdb::UnaryExecutor::ExecuteWithNulls<duckdb::string_t, T>(
        source, result, count, [&](duckdb::string_t text, duckdb::ValidityMask& mask, duckdb::idx_t row) {
            T value{};
            const std::string_view view(text.GetData(), text.GetSize());
            if (read_integer(view, value)) return value;
            fail(integer_text_error(view, result.GetType()), parameters);
            mask.SetInvalid(row);
            all = false;
            return T{};
        });
    return all;
}

// ---- the rest: value by value, as parameters are read

struct ContextOfCast : duckdb::FunctionLocalState {
    explicit ContextOfCast(duckdb::ClientContext& context_) : context(context_) {}
    duckdb::ClientContext& context;
};

duckdb::unique_ptr<duckdb::FunctionLocalState> find_context(duckdb::CastLocalStateParameters& parameters) {
    return duckdb::make_uniq<ContextOfCast>(*parameters.context);
}

Result<duckdb::Value> read_value(duckdb::ClientContext& context, std::string_view text, const LogicalType& type) {
    if (type.id() == LogicalTypeId::LIST && !without_blanks(text).starts_with('{')) {
        return Error{sqlstate::kInvalidTextRepresentation, "malformed array literal: \"" + std::string(text) + "\"",
                     "Array value must start with \"{\" or dimension information."};
    }
    return from_text(context, text, type);
}

bool cast_values(Vector& source, Vector& result, duckdb::idx_t count, CastParameters& parameters) {
    duckdb::ClientContext& context = parameters.local_state->Cast<ContextOfCast>().context;
    const bool constant = source.GetVectorType() == duckdb::VectorType::CONSTANT_VECTOR;
    duckdb::UnifiedVectorFormat format;
    source.ToUnifiedFormat(count, format);
    const auto* texts = duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(format);
    bool all = true;
    for (duckdb::idx_t row = 0; row < (constant ? 1 : count); ++row) {
        const duckdb::idx_t at = format.sel->get_index(row);
        duckdb::Value value(result.GetType());
        if (format.validity.RowIsValid(at)) {
            auto read = read_value(context, {texts[at].GetData(), texts[at].GetSize()}, result.GetType());
            if (read) value = *std::move(read);
            if (!read) {
                fail(read.error(), parameters);
                all = false;
            }
        }
        result.SetValue(row, value);
    }
    if (constant) result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
    return all;
}

// Without a function DuckDB goes on to its own cast.
BoundCastInfo bind(duckdb::BindCastInput& input, const LogicalType&, const LogicalType& target) {
    if (!input.context || !SessionState::speaks_postgres(*input.context)) return BoundCastInfo(nullptr);
    switch (target.id()) {
        case LogicalTypeId::SMALLINT:
            return BoundCastInfo(cast_integers<std::int16_t>);
        case LogicalTypeId::INTEGER:
            return BoundCastInfo(cast_integers<std::int32_t>);
        case LogicalTypeId::BIGINT:
            return BoundCastInfo(cast_integers<std::int64_t>);
        default:
            return BoundCastInfo(cast_values, nullptr, find_context);
    }
}

}  // namespace

void install_postgres_casts(duckdb::DatabaseInstance& database) {
    auto& casts = duckdb::CastFunctionSet::Get(database);
    const std::array kTargets = {LogicalType(LogicalType::SMALLINT), LogicalType(LogicalType::INTEGER),
                                 LogicalType(LogicalType::BIGINT),   LogicalType(LogicalType::BOOLEAN),
                                 LogicalType(LogicalType::BLOB),     LogicalType::LIST(LogicalType::ANY)};
    for (const LogicalType& target : kTargets) {
        const std::int64_t cost = duckdb::CastFunctionSet::ImplicitCastCost(database, LogicalType::VARCHAR, target);
        casts.RegisterCastFunction(LogicalType::VARCHAR, target, bind, cost);
    }
}

}  // namespace smew::engine
