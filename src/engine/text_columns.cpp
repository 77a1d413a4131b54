#include "engine/text_columns.hpp"

#include "engine/parameters.hpp"
#include "engine/text_forms.hpp"

#include <duckdb/common/vector_operations/vector_operations.hpp>
#include <duckdb/main/client_context.hpp>

#include <algorithm>

namespace smew::engine {
namespace {

using duckdb::FlatVector;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Value;
using duckdb::Vector;

// How the values of one type are read: `read` the text PostgreSQL writes, `of` what the binary form gives. A type
// without a binary form of its own has Null for it.
template <class T>
struct NumberForm {
    using Slot = T;
    using Native = T;
    static bool read(std::string_view text, Slot& slot) { return read_number(text, slot); }
    static Slot of(Native value) { return value; }
};
struct BooleanForm {
    using Slot = bool;
    using Native = bool;
    static bool read(std::string_view text, Slot& slot) { return read_boolean(text, slot); }
    static Slot of(Native value) { return value; }
};
struct DateForm {
    using Slot = std::int32_t;
    using Native = DateValue;
    static bool read(std::string_view text, Slot& slot) { return read_date(text, slot); }
    static Slot of(Native value) { return value.days; }
};
template <class Of, bool (*Read)(std::string_view, std::int64_t&)>
struct MicrosForm {
    using Slot = std::int64_t;
    using Native = Of;
    static bool read(std::string_view text, Slot& slot) { return Read(text, slot); }
    static Slot of(Native value) { return value.micros; }
};
struct UuidForm {
    using Slot = HugeInt;
    using Native = Null;
    static bool read(std::string_view text, Slot& slot) { return read_uuid(text, slot); }
    static Slot of(Native) { return {}; }
};
struct IntervalForm {
    using Slot = Interval;
    using Native = Interval;
    static bool read(std::string_view, Slot&) { return false; }
    static Slot of(Native value) { return value; }
};
template <class T>
struct DecimalForm {
    using Slot = T;
    using Native = Null;
    unsigned width, scale;
    bool read(std::string_view text, Slot& slot) const {
        std::int64_t value = 0;
        if (!read_decimal(text, width, scale, value)) return false;
        slot = static_cast<T>(value);
        return true;
    }
    static Slot of(Native) { return {}; }
};
struct TextForm {
    using Slot = duckdb::string_t;
    using Native = TextValue;
    Vector& vector;
    bool read(std::string_view text, Slot& slot) const {
        slot = duckdb::StringVector::AddString(vector, text.data(), text.size());
        return true;
    }
    Slot of(Native value) const {
        return duckdb::StringVector::AddString(vector, value.text.data(), value.text.size());
    }
};
struct BytesForm {
    using Slot = duckdb::string_t;
    using Native = BlobValue;
    Vector& vector;
    static bool read(std::string_view, Slot&) { return false; }
    Slot of(Native value) const {
        return duckdb::StringVector::AddStringOrBlob(vector, value.bytes.data(), value.bytes.size());
    }
};

template <class Visit>
bool with_decimal_form(const LogicalType& type, Visit&& visit) {
    const unsigned width = duckdb::DecimalType::GetWidth(type), scale = duckdb::DecimalType::GetScale(type);
    switch (type.InternalType()) {
        case duckdb::PhysicalType::INT16:
            visit(DecimalForm<std::int16_t>{width, scale});
            return true;
        case duckdb::PhysicalType::INT32:
            visit(DecimalForm<std::int32_t>{width, scale});
            return true;
        case duckdb::PhysicalType::INT64:
            visit(DecimalForm<std::int64_t>{width, scale});
            return true;
        default:
            visit(DecimalForm<duckdb::hugeint_t>{width, scale});
            return true;
    }
}

// Calls `visit` with the type's form; false when it has none.
template <class Visit>
bool with_form(Vector& vector, Visit&& visit) {
    const LogicalType& type = vector.GetType();
    switch (type.id()) {
        case LogicalTypeId::BOOLEAN:
            visit(BooleanForm{});
            return true;
        case LogicalTypeId::SMALLINT:
            visit(NumberForm<std::int16_t>{});
            return true;
        case LogicalTypeId::INTEGER:
            visit(NumberForm<std::int32_t>{});
            return true;
        case LogicalTypeId::BIGINT:
            visit(NumberForm<std::int64_t>{});
            return true;
        case LogicalTypeId::FLOAT:
            visit(NumberForm<float>{});
            return true;
        case LogicalTypeId::DOUBLE:
            visit(NumberForm<double>{});
            return true;
        case LogicalTypeId::DECIMAL:
            return with_decimal_form(type, visit);
        case LogicalTypeId::DATE:
            visit(DateForm{});
            return true;
        case LogicalTypeId::TIME:
            visit(MicrosForm<TimeValue, read_time>{});
            return true;
        case LogicalTypeId::TIMESTAMP:
            visit(MicrosForm<TimestampValue, read_timestamp>{});
            return true;
        case LogicalTypeId::TIMESTAMP_TZ:
            visit(MicrosForm<TimestampTzValue, read_timestamp_tz>{});
            return true;
        case LogicalTypeId::INTERVAL:
            visit(IntervalForm{});
            return true;
        case LogicalTypeId::UUID:
            visit(UuidForm{});
            return true;
        case LogicalTypeId::BLOB:
            visit(BytesForm{vector});
            return true;
        case LogicalTypeId::VARCHAR:
            if (type.HasAlias()) return false;
            visit(TextForm{vector});
            return true;
        default:
            return false;
    }
}

// One column while it is filled.
class ColumnWriter {
public:
    ColumnWriter(duckdb::ClientContext& context, Vector& to, std::size_t column, RowFaults& faults)
        : context_(context), to_(to), column_(column), faults_(faults) {}

    void null(std::size_t row) { FlatVector::SetNull(to_, row, true); }
    void text(std::size_t row, std::string_view text) { value(row, from_text(context_, text, to_.GetType())); }
    void value(std::size_t row, const ParameterValue& value) {
        this->value(row, to_value(context_, value, to_.GetType()));
    }

private:
    void value(std::size_t row, Result<Value> value) {
        if (value && value->type() != to_.GetType()) value = cast(*std::move(value));
        if (value) return to_.SetValue(row, *value);
        null(row);
        faults_.note(row, column_, value.error());
    }

    Result<Value> cast(Value value) const {
        Value result;
        std::string reason;
        if (value.TryCastAs(context_, to_.GetType(), result, &reason)) return result;
        return Error{sqlstate::kInvalidTextRepresentation, std::move(reason)};
    }

    duckdb::ClientContext& context_;
    Vector& to_;
    std::size_t column_;
    RowFaults& faults_;
};

template <class Form>
void fill(const FieldColumn<TextField>& from, Vector& to, const Form& form, ColumnWriter& writer,
          const RowFaults& faults) {
    auto* const slots = reinterpret_cast<typename Form::Slot*>(FlatVector::GetData(to));
    for (std::size_t row = 0; row < faults.rows(); ++row) {
        const TextField& field = from[row];
        if (!field) {
            writer.null(row);
        } else if (!form.read(*field, slots[row])) {
            writer.text(row, *field);
        }
    }
}

template <class Form>
void fill(const FieldColumn<ParameterValue>& from, Vector& to, const Form& form, ColumnWriter& writer,
          const RowFaults& faults) {
    auto* const slots = reinterpret_cast<typename Form::Slot*>(FlatVector::GetData(to));
    for (std::size_t row = 0; row < faults.rows(); ++row) {
        const ParameterValue& field = from[row];
        if (std::holds_alternative<Null>(field)) {
            writer.null(row);
        } else if (const auto* native = std::get_if<typename Form::Native>(&field)) {
            slots[row] = form.of(*native);
        } else if (const auto* text = std::get_if<TextValue>(&field);
                   text == nullptr || !form.read(text->text, slots[row])) {
            writer.value(row, field);
        }
    }
}

// By DuckDB's cast of the whole column; what it cannot convert is tried one by one, for PostgreSQL's other forms and
// errors.
void cast_column(duckdb::ClientContext& context, const FieldColumn<TextField>& from, Vector& to, ColumnWriter& writer,
                 const RowFaults& faults) {
    const std::size_t rows = faults.rows();
    Vector texts(LogicalType::VARCHAR, std::max<std::size_t>(rows, 1));
    auto* const slots = FlatVector::GetData<duckdb::string_t>(texts);
    for (std::size_t row = 0; row < rows; ++row) {
        if (from[row]) {
            slots[row] = duckdb::string_t(from[row]->data(), static_cast<std::uint32_t>(from[row]->size()));
        } else {
            FlatVector::SetNull(texts, row, true);
        }
    }
    std::string reason;
    const bool all = duckdb::VectorOperations::TryCast(context, texts, to, rows, &reason);
    to.Flatten(rows);
    for (std::size_t row = 0; !all && row < rows && row < faults.rows(); ++row) {
        if (from[row] && FlatVector::IsNull(to, row)) writer.text(row, *from[row]);
    }
}

}  // namespace

void RowFaults::note(std::size_t row, std::optional<std::size_t> column, Error error) {
    if (bad_[row]) return;
    bad_[row] = true;
    faults_.push_back({row, column, std::move(error)});
    if (stop_) rows_ = row;
}

std::vector<RowFault> RowFaults::take() {
    std::ranges::sort(faults_, {}, &RowFault::row);
    if (stop_ && faults_.size() > 1) faults_.resize(1);
    return std::move(faults_);
}

void read_text_column(duckdb::ClientContext& context, const FieldColumn<TextField>& from, Vector& to,
                      RowFaults& faults) {
    ColumnWriter writer(context, to, from.column, faults);
    const bool has_form = with_form(to, [&](const auto& form) { fill(from, to, form, writer, faults); });
    if (!has_form) cast_column(context, from, to, writer, faults);
}

void read_value_column(duckdb::ClientContext& context, const FieldColumn<ParameterValue>& from, Vector& to,
                       RowFaults& faults) {
    ColumnWriter writer(context, to, from.column, faults);
    if (with_form(to, [&](const auto& form) { fill(from, to, form, writer, faults); })) return;
    for (std::size_t row = 0; row < faults.rows(); ++row) {
        if (std::holds_alternative<Null>(from[row])) {
            writer.null(row);
        } else {
            writer.value(row, from[row]);
        }
    }
}

}  // namespace smew::engine
