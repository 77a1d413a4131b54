// Functions of text and of any number of arguments.
// Source: PostgreSQL 15 documentation, 9.4 "String Functions and Operators", 9.2 "Comparison Functions".
#include "engine/errors.hpp"
#include "engine/native_functions.hpp"
#include "engine/object_names.hpp"

#include <duckdb/common/string_util.hpp>
#include <duckdb/common/vector_operations/binary_executor.hpp>
#include <duckdb/common/vector_operations/unary_executor.hpp>
#include <duckdb/function/scalar_function.hpp>

#include <array>
#include <charconv>
#include <cstdio>
#include <optional>

namespace smew::engine {
namespace {

using duckdb::DataChunk;
using duckdb::ExpressionState;
using duckdb::LogicalType;
using duckdb::ScalarFunction;
using duckdb::ScalarFunctionSet;
using duckdb::string_t;
using duckdb::StringVector;
using duckdb::Vector;

// ---- format(pattern, …)

std::string quote_literal(const std::string& text) {
    std::string out;
    const bool backslash = text.find('\\') != std::string::npos;
    for (const char c : text) {
        if (c == '\'' || c == '\\') out += c;
        out += c;
    }
    return (backslash ? "E'" : "'") + out + "'";
}

class Formatter {
public:
    Formatter(DataChunk& arguments, duckdb::idx_t row, const std::string& pattern)
        : arguments_(arguments), row_(row), pattern_(pattern) {}

    std::string run() {
        while (at_ < pattern_.size()) {
            const char c = pattern_[at_++];
            c == '%' ? specifier() : out_.push_back(c);
        }
        return std::move(out_);
    }

private:
    [[noreturn]] static void fail(const std::string& message) {
        throw_through_duckdb({sqlstate::kInvalidParameterValue, message, "", "For a single \"%\" use \"%%\"."});
    }

    std::optional<std::size_t> number() {
        std::size_t value = 0;
        const char* const begin = pattern_.data() + at_;
        const auto [end, failed] = std::from_chars(begin, pattern_.data() + pattern_.size(), value);
        if (failed != std::errc{}) return std::nullopt;
        at_ += static_cast<std::size_t>(end - begin);
        return value;
    }
    char peek() const { return at_ < pattern_.size() ? pattern_[at_] : '\0'; }

    duckdb::Value argument(std::size_t index) {
        if (index == 0) fail("format specifies argument 0, but arguments are numbered from 1");
        if (index >= arguments_.ColumnCount()) fail("too few arguments for format()");
        return arguments_.GetValue(index, row_);
    }

    // %[position$][-][width]type
    void specifier() {
        if (peek() == '%') {
            ++at_;
            out_ += '%';
            return;
        }
        std::optional<std::size_t> position;
        const std::size_t start = at_;
        position = number();
        if (position && peek() == '$')
            ++at_;
        else
            at_ = start, position.reset();
        bool left = false;
        for (; peek() == '-'; ++at_) left = true;
        std::size_t width = number().value_or(0);
        if (peek() == '*') {
            ++at_;
            const auto value = argument(++used_);
            const std::int64_t wanted = value.IsNull() ? 0 : value.GetValue<std::int64_t>();
            left = left || wanted < 0;
            width = static_cast<std::size_t>(wanted < 0 ? -wanted : wanted);
        }
        const char type = peek();
        if (type == '\0') fail("unterminated format() type specifier");
        if (type != 's' && type != 'I' && type != 'L')
            fail(std::string("unrecognized format() type specifier \"") + type + "\"");
        ++at_;
        used_ = position ? *position : used_ + 1;
        pad(text_of(type, argument(used_)), width, left);
    }

    static std::string text_of(char type, const duckdb::Value& value) {
        if (value.IsNull()) {
            if (type == 'I')
                throw_through_duckdb({Sqlstate("22004"), "null values cannot be formatted as an SQL identifier"});
            return type == 'L' ? "NULL" : "";
        }
        const std::string text = value.type().id() == duckdb::LogicalTypeId::BOOLEAN
                                     ? (value.GetValue<bool>() ? "t" : "f")
                                     : value.ToString();
        if (type == 'I') return quote_if_needed(text);
        return type == 'L' ? quote_literal(text) : text;
    }

    void pad(const std::string& text, std::size_t width, bool left) {
        const std::string blanks(text.size() < width ? width - text.size() : 0, ' ');
        out_ += left ? text + blanks : blanks + text;
    }

    DataChunk& arguments_;
    const duckdb::idx_t row_;
    const std::string& pattern_;
    std::string out_;
    std::size_t at_ = 0, used_ = 0;
};

void format_rows(DataChunk& input, ExpressionState&, Vector& result) {
    for (duckdb::idx_t row = 0; row < input.size(); ++row) {
        const duckdb::Value pattern = input.GetValue(0, row);
        if (pattern.IsNull())
            result.SetValue(row, duckdb::Value(LogicalType::VARCHAR));
        else
            result.SetValue(row, duckdb::Value(Formatter(input, row, duckdb::StringValue::Get(pattern)).run()));
    }
}

ScalarFunctionSet format() {
    ScalarFunction function({LogicalType::VARCHAR}, LogicalType::VARCHAR, format_rows);
    function.varargs = LogicalType::ANY;
    function.SetNullHandling(duckdb::FunctionNullHandling::SPECIAL_HANDLING);
    return one(std::move(function));
}

// ---- num_nulls(…), num_nonnulls(…)

template <bool nulls>
void count_nulls(DataChunk& input, ExpressionState&, Vector& result) {
    for (duckdb::idx_t row = 0; row < input.size(); ++row) {
        std::int32_t count = 0;
        for (duckdb::idx_t column = 0; column < input.ColumnCount(); ++column) {
            count += input.GetValue(column, row).IsNull() == nulls ? 1 : 0;
        }
        result.SetValue(row, duckdb::Value::INTEGER(count));
    }
}

template <bool nulls>
ScalarFunctionSet null_counter() {
    ScalarFunction function({}, LogicalType::INTEGER, count_nulls<nulls>);
    function.varargs = LogicalType::ANY;
    function.SetNullHandling(duckdb::FunctionNullHandling::SPECIAL_HANDLING);
    return one(std::move(function));
}

// ---- to_hex(integer), in two's complement of its own width

template <class T, class Unsigned>
void hexadecimal(DataChunk& input, ExpressionState&, Vector& result) {
    duckdb::UnaryExecutor::Execute<T, string_t>(input.data[0], result, input.size(), [&](T value) {
        std::array<char, 17> text{};
        const auto end = std::to_chars(text.data(), text.data() + text.size(), static_cast<Unsigned>(value), 16).ptr;
        return StringVector::AddString(result, text.data(), static_cast<duckdb::idx_t>(end - text.data()));
    });
}

ScalarFunctionSet to_hex() {
    ScalarFunctionSet set;
    const LogicalType text = LogicalType::VARCHAR;
    set.AddFunction(ScalarFunction({LogicalType::INTEGER}, text, hexadecimal<std::int32_t, std::uint32_t>));
    set.AddFunction(ScalarFunction({LogicalType::BIGINT}, text, hexadecimal<std::int64_t, std::uint64_t>));
    return set;
}

// ---- encode(bytea, format)

std::string escaped(std::string_view bytes) {
    std::string out;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\\')
            out += "\\\\";
        else if (byte == 0 || byte >= 0x80) {
            std::array<char, 5> octal{};
            std::snprintf(octal.data(), octal.size(), "\\%03o", byte);
            out += octal.data();
        } else
            out += c;
    }
    return out;
}

// Lines of 76 characters, as MIME and PostgreSQL break them.
std::string base64(std::string_view bytes) {
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    std::size_t line = 0;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            group = (group << 8) | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            out += at + i > bytes.size() ? '=' : kDigits[(group >> (18 - 6 * i)) & 0x3FU];
        }
        line += 4;
        if (line == 76 && at + 3 < bytes.size()) out += '\n', line = 0;
    }
    return out;
}

std::string hex(std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    for (const char c : bytes) {
        out += kDigits[static_cast<unsigned char>(c) >> 4];
        out += kDigits[static_cast<unsigned char>(c) & 0xFU];
    }
    return out;
}

void encode_bytes(DataChunk& input, ExpressionState&, Vector& result) {
    duckdb::BinaryExecutor::Execute<string_t, string_t, string_t>(
        input.data[0], input.data[1], result, input.size(), [&](string_t bytes, string_t form) {
            const std::string_view data(bytes.GetData(), bytes.GetSize());
            const std::string name = duckdb::StringUtil::Lower(form.GetString());
            if (name == "hex") return StringVector::AddString(result, hex(data));
            if (name == "base64") return StringVector::AddString(result, base64(data));
            if (name == "escape") return StringVector::AddString(result, escaped(data));
            throw_through_duckdb({sqlstate::kInvalidParameterValue, "unrecognized encoding: \"" + name + "\""});
        });
}

ScalarFunctionSet encode() {
    return one(ScalarFunction({LogicalType::BLOB, LogicalType::VARCHAR}, LogicalType::VARCHAR, encode_bytes));
}

// ---- cardinality(array), which DuckDB has for maps only

void count_elements(DataChunk& input, ExpressionState&, Vector& result) {
    duckdb::UnaryExecutor::Execute<duckdb::list_entry_t, std::int32_t>(
        input.data[0], result, input.size(),
        [](const duckdb::list_entry_t& list) { return static_cast<std::int32_t>(list.length); });
}

duckdb::unique_ptr<duckdb::FunctionData> bind_cardinality(
    duckdb::ClientContext&, ScalarFunction& function,
    duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
    const LogicalType& type = arguments[0]->return_type;
    using Id = duckdb::LogicalTypeId;
    if (type.id() == Id::ARRAY) function.arguments[0] = LogicalType::LIST(duckdb::ArrayType::GetChildType(type));
    if (type.id() == Id::LIST || type.id() == Id::MAP) function.arguments[0] = type;
    if (function.arguments[0].id() == Id::ANY) {
        throw_through_duckdb({sqlstate::kUndefinedFunction, "function cardinality() needs an array"});
    }
    return nullptr;
}

ScalarFunctionSet cardinality() {
    return one(ScalarFunction({LogicalType::ANY}, LogicalType::INTEGER, count_elements, bind_cardinality));
}

// ---- what there is not: the name is known and the answer says so

[[noreturn]] void refuse(const std::string& name) {
    throw_through_duckdb({sqlstate::kFeatureNotSupported, "function " + name + "() is not supported"});
}

duckdb::unique_ptr<duckdb::FunctionData> bind_refused(duckdb::ClientContext&, ScalarFunction& function,
                                                      duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>&) {
    refuse(function.name);
}

ScalarFunctionSet unsupported() {
    ScalarFunction function({}, LogicalType::VARCHAR, ScalarFunction::NopFunction, bind_refused);
    function.varargs = LogicalType::ANY;
    return one(std::move(function));
}

constexpr std::array kFunctions = {
    NativeFunction{"format", format},
    NativeFunction{"num_nulls", null_counter<true>},
    NativeFunction{"num_nonnulls", null_counter<false>},
    NativeFunction{"to_hex", to_hex},
    NativeFunction{"cardinality", cardinality},
    NativeFunction{"encode", encode, true, true},
    NativeFunction{"pg_advisory_lock", unsupported, false},
    NativeFunction{"pg_advisory_unlock", unsupported, false},
    NativeFunction{"pg_advisory_xact_lock", unsupported, false},
    NativeFunction{"pg_try_advisory_lock", unsupported, false},
    NativeFunction{"pg_try_advisory_xact_lock", unsupported, false},
    NativeFunction{"pg_export_snapshot", unsupported, false},
    NativeFunction{"pg_logical_emit_message", unsupported, false},
    NativeFunction{"jsonb_path_query", unsupported, false},
    NativeFunction{"jsonb_path_exists", unsupported, false},
    NativeFunction{"to_tsvector", unsupported, false},
    NativeFunction{"to_tsquery", unsupported, false},
    NativeFunction{"lo_create", unsupported, false},
    NativeFunction{"lo_import", unsupported, false},
    NativeFunction{"lo_export", unsupported, false},
    NativeFunction{"xmlparse", unsupported, false},
};

}  // namespace

std::span<const NativeFunction> text_functions() {
    return kFunctions;
}

}  // namespace smew::engine
