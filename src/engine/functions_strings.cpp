// Lengths of what DuckDB measures as another type alone, lpad() and rpad() with blanks, decode(), and jsonb's @> and
// <@. Source: PostgreSQL 15 documentation, 9.4 "String Functions and Operators", 9.5 "Binary String Functions and
// Operators", 9.16 "JSON Functions and Operators".
#include "engine/functions_strings.hpp"

#include "engine/errors.hpp"

#include <duckdb/common/string_util.hpp>
#include <duckdb/common/types/blob.hpp>
#include <duckdb/common/vector_operations/binary_executor.hpp>
#include <duckdb/common/vector_operations/unary_executor.hpp>
#include <duckdb/function/function_binder.hpp>
#include <duckdb/function/scalar_function.hpp>

#include <algorithm>
#include <array>

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

void count_bytes(DataChunk& input, ExpressionState&, Vector& result) {
    duckdb::UnaryExecutor::Execute<string_t, std::int64_t>(
        input.data[0], result, input.size(), [](string_t text) { return static_cast<std::int64_t>(text.GetSize()); });
}

ScalarFunctionSet bytes_of_text() {
    return one(ScalarFunction({LogicalType::VARCHAR}, LogicalType::BIGINT, count_bytes));
}
ScalarFunctionSet length_of_bytea() {
    return one(ScalarFunction({LogicalType::BLOB}, LogicalType::BIGINT, count_bytes));
}

// ---- lpad(text, length), rpad(text, length)

// Where the character `count` of a text begins; `count` is what is left when it has fewer.
std::size_t place_of(std::string_view text, std::int64_t& count) {
    std::size_t at = 0;
    for (; at < text.size() && count > 0; --count) {
        do ++at;
        while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80);
    }
    return at;
}

// PostgreSQL's limit of a value.
constexpr std::int64_t kLongestText = 1 << 30;

template <bool left>
void pad(DataChunk& input, ExpressionState&, Vector& result) {
    duckdb::BinaryExecutor::Execute<string_t, std::int32_t, string_t>(
        input.data[0], input.data[1], result, input.size(), [&](string_t value, std::int32_t length) {
            if (length > kLongestText) {
                throw_through_duckdb({sqlstate::kProgramLimitExceeded, "requested length too large"});
            }
            const std::string_view text(value.GetData(), value.GetSize());
            std::int64_t missing = std::max(length, 0);
            const std::size_t end = place_of(text, missing);
            const std::string blanks(static_cast<std::size_t>(missing), ' ');
            const std::string kept(text.substr(0, end));
            return StringVector::AddString(result, left ? blanks + kept : kept + blanks);
        });
}

template <bool left>
ScalarFunctionSet padding() {
    return one(ScalarFunction({LogicalType::VARCHAR, LogicalType::INTEGER}, LogicalType::VARCHAR, pad<left>));
}

// ---- decode(text, form)

[[noreturn]] void not_decoded(std::string message) {
    throw_through_duckdb({sqlstate::kInvalidParameterValue, std::move(message)});
}

bool is_blank(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

unsigned digit_of(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    const char lower = static_cast<char>(c | 0x20);
    if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a' + 10);
    not_decoded(std::string("invalid hexadecimal digit: \"") + c + '"');
}

std::string from_hex(std::string_view text) {
    std::string digits;
    std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return !is_blank(c); });
    if (digits.size() % 2 != 0) not_decoded("invalid hexadecimal data: odd number of digits");
    std::string bytes;
    for (std::size_t at = 0; at < digits.size(); at += 2) {
        bytes += static_cast<char>((digit_of(digits[at]) << 4) | digit_of(digits[at + 1]));
    }
    return bytes;
}

std::string from_base64(std::string_view text) {
    std::string digits;
    std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return !is_blank(c); });
    const string_t text_of_digits(digits.data(), static_cast<std::uint32_t>(digits.size()));
    std::string bytes(duckdb::Blob::FromBase64Size(text_of_digits), '\0');
    duckdb::Blob::FromBase64(text_of_digits, reinterpret_cast<duckdb::data_ptr_t>(bytes.data()), bytes.size());
    return bytes;
}

// \\ is a backslash, \101 a byte by its octal number.
std::string from_escapes(std::string_view text) {
    const auto octal = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '7'; };
    std::string bytes;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\\') {
            bytes += text[at];
        } else if (at + 1 < text.size() && text[at + 1] == '\\') {
            bytes += text[++at];
        } else if (octal(at + 1) && text[at + 1] <= '3' && octal(at + 2) && octal(at + 3)) {
            bytes +=
                static_cast<char>(((text[at + 1] - '0') << 6) | ((text[at + 2] - '0') << 3) | (text[at + 3] - '0'));
            at += 3;
        } else {
            throw_through_duckdb({sqlstate::kInvalidTextRepresentation, "invalid input syntax for type bytea"});
        }
    }
    return bytes;
}

void decode_text(DataChunk& input, ExpressionState&, Vector& result) {
    duckdb::BinaryExecutor::Execute<string_t, string_t, string_t>(
        input.data[0], input.data[1], result, input.size(), [&](string_t text, string_t form) {
            const std::string_view data(text.GetData(), text.GetSize());
            const std::string name = duckdb::StringUtil::Lower(form.GetString());
            if (name == "hex") return StringVector::AddStringOrBlob(result, from_hex(data));
            if (name == "base64") return StringVector::AddStringOrBlob(result, from_base64(data));
            if (name == "escape") return StringVector::AddStringOrBlob(result, from_escapes(data));
            not_decoded("unrecognized encoding: \"" + name + "\"");
        });
}

ScalarFunctionSet decode() {
    return one(ScalarFunction({LogicalType::VARCHAR, LogicalType::VARCHAR}, LogicalType::BLOB, decode_text));
}

// ---- jsonb @> jsonb

template <bool swapped>
duckdb::unique_ptr<duckdb::Expression> contain(duckdb::FunctionBindExpressionInput& input) {
    if (swapped) std::swap(input.children[0], input.children[1]);
    duckdb::ErrorData error;
    auto call = duckdb::FunctionBinder(input.context)
                    .BindScalarFunction(DEFAULT_SCHEMA, "json_contains", std::move(input.children), error);
    if (!call) error.Throw();
    return call;
}

template <bool swapped>
ScalarFunctionSet containment() {
    ScalarFunction function({LogicalType::JSON(), LogicalType::JSON()}, LogicalType::BOOLEAN, nullptr);
    function.SetBindExpressionCallback(contain<swapped>);
    return one(std::move(function));
}

constexpr std::array kFunctions = {
    NativeFunction{"octet_length", bytes_of_text, true, true},
    NativeFunction{"length", length_of_bytea, true, true},
    NativeFunction{"lpad", padding<true>, true, true},
    NativeFunction{"rpad", padding<false>, true, true},
    NativeFunction{"decode", decode, true, true},
    NativeFunction{"@>", containment<false>, true, true},
    NativeFunction{"<@", containment<true>, true, true},
};

}  // namespace

std::span<const NativeFunction> string_functions() {
    return kFunctions;
}

}  // namespace smew::engine
