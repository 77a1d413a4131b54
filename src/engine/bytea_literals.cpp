#include "engine/bytea_literals.hpp"

#include "engine/parameters.hpp"

#include <duckdb/parser/expression/cast_expression.hpp>
#include <duckdb/parser/expression/constant_expression.hpp>

namespace smew::engine {
namespace {

bool is_hexadecimal_form(const std::string& text) {
    return text.starts_with("\\x") && text.find('\\', 1) == std::string::npos;
}

// The parser leaves names of types unresolved, and this one in quotes.
bool is_blob(const duckdb::LogicalType& type) {
    using Id = duckdb::LogicalTypeId;
    return type.id() == Id::BLOB || (type.id() == Id::UNBOUND && type.ToString() == "\"BLOB\"");
}

}  // namespace

void read_bytea_literals(duckdb::ClientContext& context, TreeParts& parts) {
    for (duckdb::CastExpression* cast : parts.casts) {
        if (!is_blob(cast->cast_type) || cast->child->GetExpressionClass() != duckdb::ExpressionClass::CONSTANT)
            continue;
        duckdb::Value& value = cast->child->Cast<duckdb::ConstantExpression>().value;
        if (value.type().id() != duckdb::LogicalTypeId::VARCHAR || value.IsNull()) continue;
        const std::string text = duckdb::StringValue::Get(value);
        if (!is_hexadecimal_form(text)) continue;
        if (auto bytes = from_text(context, text, duckdb::LogicalType(duckdb::LogicalTypeId::BLOB))) value = *bytes;
    }
}

}  // namespace smew::engine
