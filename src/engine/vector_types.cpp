#include "engine/vector_types.hpp"

#include "engine/catalog_types.hpp"
#include "engine/errors.hpp"
#include "engine/type_names.hpp"

#include <duckdb/common/vector_operations/binary_executor.hpp>
#include <duckdb/common/vector_operations/unary_executor.hpp>
#include <duckdb/function/cast/cast_function_set.hpp>
#include <duckdb/function/cast/default_casts.hpp>

#include <array>
#include <charconv>

namespace smew::engine {
namespace {

using duckdb::list_entry_t;
using duckdb::LogicalType;
using duckdb::string_t;
using duckdb::Vector;

// What implicit casts cost: nothing between vectors, next to nothing to a list, so that functions of lists take them.
constexpr std::int64_t kSame = 0, kToList = 1;

LogicalType list_of(const LogicalType& vector) {
    return LogicalType::LIST(duckdb::ListType::GetChildType(vector));
}

// The numbers of a list vector, whatever way DuckDB holds them.
template <class T>
class Numbers {
public:
    explicit Numbers(Vector& lists) {
        duckdb::ListVector::GetEntry(lists).ToUnifiedFormat(duckdb::ListVector::GetListSize(lists), format_);
        values_ = duckdb::UnifiedVectorFormat::GetData<T>(format_);
    }
    T operator[](duckdb::idx_t place) const { return values_[format_.sel->get_index(place)]; }

private:
    duckdb::UnifiedVectorFormat format_;
    const T* values_;
};

// ---- "1 2"

template <class T>
bool write_text(Vector& source, Vector& result, duckdb::idx_t count, duckdb::CastParameters&) {
    const Numbers<T> numbers(source);
    duckdb::UnaryExecutor::Execute<list_entry_t, string_t>(source, result, count, [&](list_entry_t list) {
        std::string text;
        for (duckdb::idx_t i = 0; i < list.length; ++i) {
            text += (i == 0 ? "" : " ") + std::to_string(numbers[list.offset + i]);
        }
        return duckdb::StringVector::AddString(result, text);
    });
    return true;
}

template <class T>
void append_numbers(Vector& result, std::string_view text, const std::string& type) {
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at < end) {
        if (*at == ' ') {
            ++at;
            continue;
        }
        T number{};
        const auto [behind, failed] = std::from_chars(at, end, number);
        if (failed != std::errc{} || (behind < end && *behind != ' ')) {
            throw_through_duckdb({sqlstate::kInvalidTextRepresentation,
                                  "invalid input syntax for type " + type + ": \"" + std::string(text) + "\""});
        }
        duckdb::ListVector::PushBack(result, duckdb::Value::Numeric(duckdb::ListType::GetChildType(result.GetType()),
                                                                    static_cast<std::int64_t>(number)));
        at = behind;
    }
}

template <class T>
bool read_text(Vector& source, Vector& result, duckdb::idx_t count, duckdb::CastParameters&) {
    const std::string type = result.GetType().GetAlias();
    duckdb::UnaryExecutor::Execute<string_t, list_entry_t>(source, result, count, [&](string_t text) {
        const duckdb::idx_t first = duckdb::ListVector::GetListSize(result);
        append_numbers<T>(result, {text.GetData(), text.GetSize()}, type);
        return list_entry_t(first, duckdb::ListVector::GetListSize(result) - first);
    });
    return true;
}

// ---- lists

// Lists of the same numbers are the vector itself, others are reached by way of them.
duckdb::BoundCastInfo bind_to_list(duckdb::BindCastInput& input, const LogicalType& source, const LogicalType& target) {
    const LogicalType list = list_of(source);
    const bool same =
        duckdb::ListType::GetChildType(list).InternalType() == duckdb::ListType::GetChildType(target).InternalType();
    return same ? duckdb::BoundCastInfo(duckdb::DefaultCasts::ReinterpretCast) : input.GetCastFunction(list, target);
}

template <class T>
void install_casts(duckdb::CastFunctionSet& casts, const LogicalType& vector) {
    casts.RegisterCastFunction(vector, vector, duckdb::DefaultCasts::ReinterpretCast, kSame);
    casts.RegisterCastFunction(vector, LogicalType::LIST(LogicalType::ANY), bind_to_list, kToList);
    casts.RegisterCastFunction(list_of(vector), vector, duckdb::DefaultCasts::ReinterpretCast);
    casts.RegisterCastFunction(vector, LogicalType::VARCHAR, duckdb::BoundCastInfo(write_text<T>));
    casts.RegisterCastFunction(LogicalType::VARCHAR, vector, duckdb::BoundCastInfo(read_text<T>));
}

// ---- subscripts

template <class T>
void extract(duckdb::DataChunk& arguments, duckdb::ExpressionState&, Vector& result) {
    const Numbers<T> numbers(arguments.data[0]);
    duckdb::BinaryExecutor::ExecuteWithNulls<list_entry_t, std::int64_t, T>(
        arguments.data[0], arguments.data[1], result, arguments.size(),
        [&](list_entry_t list, std::int64_t subscript, duckdb::ValidityMask& mask, duckdb::idx_t row) {
            if (subscript >= 0 && static_cast<duckdb::idx_t>(subscript) < list.length) {
                return numbers[list.offset + static_cast<duckdb::idx_t>(subscript)];
            }
            mask.SetInvalid(row);
            return T{};
        });
}

template <class T>
void find(duckdb::DataChunk& arguments, duckdb::ExpressionState&, Vector& result) {
    const Numbers<T> numbers(arguments.data[0]);
    duckdb::BinaryExecutor::ExecuteWithNulls<list_entry_t, std::int64_t, std::int32_t>(
        arguments.data[0], arguments.data[1], result, arguments.size(),
        [&](list_entry_t list, std::int64_t wanted, duckdb::ValidityMask& mask, duckdb::idx_t row) {
            for (duckdb::idx_t i = 0; i < list.length; ++i) {
                if (numbers[list.offset + i] == wanted) return static_cast<std::int32_t>(i);
            }
            mask.SetInvalid(row);
            return 0;
        });
}

duckdb::ScalarFunctionSet extracting() {
    const LogicalType small = catalog_type("int2vector"), oids = catalog_type("oidvector");
    duckdb::ScalarFunctionSet set;
    set.AddFunction(duckdb::ScalarFunction({small, LogicalType::BIGINT}, LogicalType::SMALLINT, extract<std::int16_t>));
    set.AddFunction(duckdb::ScalarFunction({oids, LogicalType::BIGINT}, oid_type(), extract<std::int64_t>));
    return set;
}

duckdb::ScalarFunctionSet finding() {
    duckdb::ScalarFunctionSet set;
    set.AddFunction(duckdb::ScalarFunction({catalog_type("int2vector"), LogicalType::BIGINT}, LogicalType::INTEGER,
                                           find<std::int16_t>));
    set.AddFunction(duckdb::ScalarFunction({catalog_type("oidvector"), LogicalType::BIGINT}, LogicalType::INTEGER,
                                           find<std::int64_t>));
    return set;
}

}  // namespace

void install_vector_casts(duckdb::DatabaseInstance& database) {
    auto& casts = duckdb::CastFunctionSet::Get(database);
    install_casts<std::int16_t>(casts, catalog_type("int2vector"));
    install_casts<std::int64_t>(casts, catalog_type("oidvector"));
}

std::span<const NativeFunction> vector_functions() {
    static constexpr std::array kFunctions = {
        NativeFunction{.name = "array_extract", .make = extracting, .extends = true},
        NativeFunction{.name = "array_position", .make = finding, .extends = true},
    };
    return kFunctions;
}

}  // namespace smew::engine
