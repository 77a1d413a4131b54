#include "engine/postgres_casts.hpp"

#include "engine/datetime_text.hpp"
#include "engine/errors.hpp"
#include "engine/number_text.hpp"
#include "engine/parameters.hpp"
#include "engine/session_state.hpp"
#include "engine/zoned_text.hpp"

#include <duckdb/common/operator/cast_operators.hpp>
#include <duckdb/common/string_util.hpp>
#include <duckdb/common/vector_operations/unary_executor.hpp>
#include <duckdb/function/cast/bound_cast_data.hpp>
#include <duckdb/function/cast/cast_function_set.hpp>
#include <duckdb/function/cast/default_casts.hpp>
#include <duckdb/main/config.hpp>

#include <array>
#include <charconv>
#include <type_traits>

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

// ---- dates, times and intervals: DuckDB's casts, and PostgreSQL's forms where those give up

struct ContextOfCast : duckdb::FunctionLocalState {
    explicit ContextOfCast(duckdb::ClientContext& context_) : context(context_) {}
    duckdb::ClientContext& context;
};

duckdb::unique_ptr<duckdb::FunctionLocalState> find_context(duckdb::CastLocalStateParameters& parameters) {
    return duckdb::make_uniq<ContextOfCast>(*parameters.context);
}

template <class T>
bool read_by_duckdb(std::string_view text, bool strict, T& value) {
    std::string reason;
    CastParameters quietly(strict, &reason);
    return duckdb::TryCastErrorMessage::Operation<duckdb::string_t, T>(
        duckdb::string_t(text.data(), static_cast<std::uint32_t>(text.size())), value, quietly);
}

template <class T>
bool read_datetime(duckdb::ClientContext& context, duckdb::string_t text, T& value) {
    // Of a time DuckDB would leave out what it does not know: 10:00 PM would be 10:00.
    constexpr bool kStrict = std::is_same_v<T, duckdb::dtime_t>;
    const std::string_view written(text.GetData(), text.GetSize());
    if (read_by_duckdb(written, kStrict, value)) return true;
    const auto iso = iso_datetime(written, local_now(context));
    if (iso && read_by_duckdb(*iso, false, value)) return true;
    const auto full = with_full_clock(iso ? *iso : written);
    return full && read_by_duckdb(*full, kStrict && !iso, value);
}

template <>
bool read_datetime(duckdb::ClientContext&, duckdb::string_t text, duckdb::interval_t& value) {
    const auto interval = read_interval({text.GetData(), text.GetSize()});
    if (!interval) return false;
    value.months = interval->months;
    value.days = interval->days;
    value.micros = interval->micros;
    return true;
}

template <class T>
bool cast_datetimes(Vector& source, Vector& result, duckdb::idx_t count, CastParameters& parameters) {
    duckdb::ClientContext& context = parameters.local_state->Cast<ContextOfCast>().context;
    bool all = true;
    duckdb::UnaryExecutor::ExecuteWithNulls<duckdb::string_t, T>(
        source, result, count, [&](duckdb::string_t text, duckdb::ValidityMask& mask, duckdb::idx_t row) {
            T value{};
            if (read_datetime(context, text, value)) return value;
            // Once more, for DuckDB's error, which of intervals tells nothing.
            const bool read = duckdb::TryCastErrorMessage::Operation<duckdb::string_t, T>(text, value, parameters);
            constexpr bool kInterval = std::is_same_v<T, duckdb::interval_t>,
                           kTime = std::is_same_v<T, duckdb::dtime_t>;
            if (read && !kTime) return value;
            if (read || kInterval) {
                fail({sqlstate::kInvalidDatetimeFormat,
                      std::string("invalid input syntax for type ") + (kTime ? "time" : "interval") + ": \"" +
                          text.GetString() + "\"",
                      "", ""},
                     parameters);
            }
            mask.SetInvalid(row);
            all = false;
            return T{};
        });
    return all;
}

// ---- arrays to text: {1,NULL,"a b"}

void append_element(std::string& out, std::string_view text, const LogicalType& type) {
    if (type.id() == LogicalTypeId::BOOLEAN) {
        out += text.substr(0, 1);
        return;
    }
    const bool bare = type.id() == LogicalTypeId::LIST ||
                      (!text.empty() && text.find_first_of("{},\"\\ \t\n\r\v\f") == std::string_view::npos &&
                       !duckdb::StringUtil::CIEquals(std::string(text), "null"));
    if (bare) {
        out += text;
        return;
    }
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

bool cast_arrays_to_text(Vector& source, Vector& result, duckdb::idx_t count, CastParameters& parameters) {
    const auto& element = parameters.cast_data->Cast<duckdb::ListBoundCastData>().child_cast_info;
    const bool constant = source.GetVectorType() == duckdb::VectorType::CONSTANT_VECTOR;
    const duckdb::idx_t size = duckdb::ListVector::GetListSize(source);
    Vector texts(LogicalType::VARCHAR, size);
    CastParameters child(parameters, element.cast_data, parameters.local_state);
    const bool all = element.function(duckdb::ListVector::GetEntry(source), texts, size, child);
    duckdb::UnifiedVectorFormat lists, elements;
    source.ToUnifiedFormat(count, lists);
    texts.ToUnifiedFormat(size, elements);
    const auto* entries = duckdb::UnifiedVectorFormat::GetData<duckdb::list_entry_t>(lists);
    const auto* values = duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(elements);
    const LogicalType& type = duckdb::ListType::GetChildType(source.GetType());
    for (duckdb::idx_t row = 0; row < (constant ? 1 : count); ++row) {
        const duckdb::idx_t at = lists.sel->get_index(row);
        if (!lists.validity.RowIsValid(at)) {
            duckdb::FlatVector::SetNull(result, row, true);
            continue;
        }
        std::string out = "{";
        for (duckdb::idx_t i = 0; i < entries[at].length; ++i) {
            const duckdb::idx_t item = elements.sel->get_index(entries[at].offset + i);
            if (i > 0) out += ',';
            if (!elements.validity.RowIsValid(item))
                out += "NULL";
            else
                append_element(out, {values[item].GetData(), values[item].GetSize()}, type);
        }
        out += '}';
        duckdb::FlatVector::GetData<duckdb::string_t>(result)[row] = duckdb::StringVector::AddString(result, out);
    }
    if (constant) {
        const bool null = !lists.validity.RowIsValid(lists.sel->get_index(0));
        result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
        duckdb::ConstantVector::SetNull(result, null);
    }
    return all;
}

// ---- floats to text: as results are shown, 12 and not 12.0

template <class T>
bool cast_floats_to_text(Vector& source, Vector& result, duckdb::idx_t count, CastParameters&) {
    duckdb::UnaryExecutor::Execute<T, duckdb::string_t>(source, result, count, [&](T value) {
        std::array<Octet, kFloatTextMax> text;
        Octet* const end = std::is_same_v<T, float> ? write_float(text.data(), static_cast<float>(value), 1)
                                                    : write_double(text.data(), value, 1);
        return duckdb::StringVector::AddString(result, reinterpret_cast<const char*>(text.data()),
                                               static_cast<duckdb::idx_t>(end - text.data()));
    });
    return true;
}

BoundCastInfo bind_float_text(duckdb::BindCastInput& input, const LogicalType& source, const LogicalType&) {
    if (!input.context || !SessionState::speaks_postgres(*input.context)) return BoundCastInfo(nullptr);
    return BoundCastInfo(source.id() == LogicalTypeId::FLOAT ? cast_floats_to_text<float>
                                                             : cast_floats_to_text<double>);
}

// ---- the rest: value by value, as parameters are read

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
        case LogicalTypeId::DATE:
            return BoundCastInfo(cast_datetimes<duckdb::date_t>, nullptr, find_context);
        case LogicalTypeId::TIME:
            return BoundCastInfo(cast_datetimes<duckdb::dtime_t>, nullptr, find_context);
        case LogicalTypeId::TIMESTAMP:
            return BoundCastInfo(cast_datetimes<duckdb::timestamp_t>, nullptr, find_context);
        case LogicalTypeId::INTERVAL:
            return BoundCastInfo(cast_datetimes<duckdb::interval_t>, nullptr, find_context);
        default:
            return BoundCastInfo(cast_values, nullptr, find_context);
    }
}

BoundCastInfo bind_array_text(duckdb::BindCastInput& input, const LogicalType& source, const LogicalType& target) {
    if (!input.context || !SessionState::speaks_postgres(*input.context)) return BoundCastInfo(nullptr);
    auto element = input.GetCastFunction(duckdb::ListType::GetChildType(source), target);
    return BoundCastInfo(cast_arrays_to_text, duckdb::make_uniq<duckdb::ListBoundCastData>(std::move(element)),
                         duckdb::ListBoundCastData::InitListLocalState);
}

}  // namespace

void install_postgres_casts(duckdb::DatabaseInstance& database) {
    auto& casts = duckdb::CastFunctionSet::Get(database);
    const std::array kTargets = {LogicalType(LogicalType::SMALLINT), LogicalType(LogicalType::INTEGER),
                                 LogicalType(LogicalType::BIGINT),   LogicalType(LogicalType::BOOLEAN),
                                 LogicalType(LogicalType::BLOB),     LogicalType(LogicalType::DATE),
                                 LogicalType(LogicalType::TIME),     LogicalType(LogicalType::TIMESTAMP),
                                 LogicalType(LogicalType::INTERVAL), LogicalType::LIST(LogicalType::ANY)};
    for (const LogicalType& target : kTargets) {
        const std::int64_t cost = duckdb::CastFunctionSet::ImplicitCastCost(database, LogicalType::VARCHAR, target);
        casts.RegisterCastFunction(LogicalType::VARCHAR, target, bind, cost);
    }
    for (const LogicalType& source : {LogicalType(LogicalType::FLOAT), LogicalType(LogicalType::DOUBLE)}) {
        casts.RegisterCastFunction(source, LogicalType::VARCHAR, bind_float_text,
                                   duckdb::CastFunctionSet::ImplicitCastCost(database, source, LogicalType::VARCHAR));
    }
    const LogicalType any_list = LogicalType::LIST(LogicalType::ANY);
    casts.RegisterCastFunction(any_list, LogicalType::VARCHAR, bind_array_text,
                               duckdb::CastFunctionSet::ImplicitCastCost(
                                   database, LogicalType::LIST(LogicalType::INTEGER), LogicalType::VARCHAR));
}

}  // namespace smew::engine
