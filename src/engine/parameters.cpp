#include "engine/parameters.hpp"

#include "engine/errors.hpp"
#include "engine/type_map.hpp"

#include <duckdb/common/types/hugeint.hpp>
#include <duckdb/main/client_context.hpp>

namespace smew::engine {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Value;

Value uuid_value(const UuidValue& value) {
    duckdb::hugeint_t number;
    std::uint64_t upper = 0, lower = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        upper = upper << 8U | value.bytes[i];
        lower = lower << 8U | value.bytes[i + 8];
    }
    // DuckDB flips the first bit, so that signed comparison orders as the text does.
    number.upper = static_cast<std::int64_t>(upper ^ (std::uint64_t{1} << 63U));
    number.lower = lower;
    return Value::UUID(number);
}

LogicalType type_of(const Type& type);

class Converter {
public:
    Converter(duckdb::ClientContext& context, const LogicalType& type) : context_(context), type_(type) {}

    Result<Value> operator()(Null) const { return Value(type_); }
    Result<Value> operator()(bool value) const { return Value::BOOLEAN(value); }
    Result<Value> operator()(std::int16_t value) const { return Value::SMALLINT(value); }
    Result<Value> operator()(std::int32_t value) const { return Value::INTEGER(value); }
    Result<Value> operator()(std::int64_t value) const { return Value::BIGINT(value); }
    Result<Value> operator()(float value) const { return Value::FLOAT(value); }
    Result<Value> operator()(double value) const { return Value::DOUBLE(value); }
    Result<Value> operator()(TextValue value) const { return from_text(context_, value.text, type_); }
    Result<Value> operator()(BlobValue value) const {
        return Value::BLOB(reinterpret_cast<duckdb::const_data_ptr_t>(value.bytes.data()), value.bytes.size());
    }
    Result<Value> operator()(DateValue value) const { return Value::DATE(duckdb::date_t(value.days)); }
    Result<Value> operator()(TimeValue value) const { return Value::TIME(duckdb::dtime_t(value.micros)); }
    Result<Value> operator()(TimestampValue value) const { return Value::TIMESTAMP(duckdb::timestamp_t(value.micros)); }
    Result<Value> operator()(TimestampTzValue value) const {
        return Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(value.micros));
    }
    Result<Value> operator()(Interval value) const { return Value::INTERVAL(value.months, value.days, value.micros); }
    Result<Value> operator()(const UuidValue& value) const { return uuid_value(value); }
    Result<Value> operator()(const std::shared_ptr<ListValue>& list) const {
        if (!list) return Value(type_);
        const bool known = type_.id() == LogicalTypeId::LIST;
        const LogicalType element = known ? duckdb::ListType::GetChildType(type_) : type_of(list->element);
        duckdb::vector<Value> values;
        values.reserve(list->values.size());
        for (const ParameterValue& item : list->values) {
            auto value = to_value(context_, item, element);
            if (!value) return value.error();
            values.push_back(*std::move(value));
        }
        return Value::LIST(element, std::move(values));
    }

private:
    duckdb::ClientContext& context_;
    const LogicalType& type_;
};

// The element type of a binary array whose parameter has no type yet.
LogicalType type_of(const Type& type) {
    switch (type.id) {
        case TypeId::kBoolean:
            return LogicalType::BOOLEAN;
        case TypeId::kSmallInt:
            return LogicalType::SMALLINT;
        case TypeId::kInteger:
            return LogicalType::INTEGER;
        case TypeId::kBigInt:
            return LogicalType::BIGINT;
        case TypeId::kFloat:
            return LogicalType::FLOAT;
        case TypeId::kDouble:
            return LogicalType::DOUBLE;
        case TypeId::kDecimal:
            return LogicalType::DECIMAL(type.width, type.scale);
        case TypeId::kBlob:
            return LogicalType::BLOB;
        case TypeId::kDate:
            return LogicalType::DATE;
        case TypeId::kTime:
            return LogicalType::TIME;
        case TypeId::kTimestamp:
            return LogicalType::TIMESTAMP;
        case TypeId::kTimestampTz:
            return LogicalType::TIMESTAMP_TZ;
        case TypeId::kInterval:
            return LogicalType::INTERVAL;
        case TypeId::kUuid:
            return LogicalType::UUID;
        case TypeId::kList:
            return LogicalType::LIST(type_of(type.children.at(0)));
        default:
            return LogicalType::VARCHAR;
    }
}

Error cannot_cast(const Value& value, const LogicalType& type) {
    if (value.type().IsNumeric() && type.IsNumeric()) {
        return {sqlstate::kNumericOutOfRange,
                "value \"" + value.ToString() + "\" is out of range for type " + postgres_name(type)};
    }
    return {sqlstate::kCannotCoerce,
            "a parameter of type " + postgres_name(value.type()) + " cannot be used as " + postgres_name(type)};
}

}  // namespace

Result<Value> to_value(duckdb::ClientContext& context, const ParameterValue& value, const LogicalType& type) {
    try {
        auto converted = std::visit(Converter(context, type), value);
        if (!converted || type.id() == LogicalTypeId::UNKNOWN || converted->type() == type) return converted;
        Value cast;
        std::string error;
        if (!converted->TryCastAs(context, type, cast, &error)) return cannot_cast(*converted, type);
        return cast;
    } catch (const std::exception& exception) {
        return to_error(exception);
    }
}

}  // namespace smew::engine
