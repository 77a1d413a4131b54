#include "engine/dialect_expressions.hpp"

#include "engine/dialect_tokens.hpp"
#include "engine/errors.hpp"
#include "engine/parameters.hpp"

#include <duckdb/common/string_util.hpp>
#include <duckdb/parser/expression/list.hpp>
#include <duckdb/parser/expression/type_expression.hpp>
#include <duckdb/parser/parsed_expression_iterator.hpp>
#include <duckdb/parser/query_node/select_node.hpp>
#include <duckdb/parser/statement/select_statement.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace smew::engine {
namespace {

using duckdb::ExpressionClass;
using duckdb::ExpressionType;
using duckdb::FunctionExpression;
using duckdb::ParsedExpression;

ExpressionSlot text_constant(std::string text) {
    return duckdb::make_uniq<duckdb::ConstantExpression>(duckdb::Value(std::move(text)));
}

// What takes the place of `old` stands where it stood and is called what it was called.
void put(ExpressionSlot& slot, ExpressionSlot replacement, const ParsedExpression& old) {
    replacement->SetQueryLocation(old.GetQueryLocation());
    replacement->SetAlias(old.GetAlias());
    slot = std::move(replacement);
}

bool is_text_constant(const ParsedExpression& expression) {
    if (expression.GetExpressionClass() != ExpressionClass::CONSTANT) return false;
    const duckdb::Value& value = expression.Cast<duckdb::ConstantExpression>().value;
    return value.type().id() == duckdb::LogicalTypeId::VARCHAR && !value.IsNull();
}

// The bare operators a tree holds under their own names.
void rename(FunctionExpression& call, std::string name) {
    call.function_name = std::move(name);
    call.is_operator = false;
}

struct Renaming {
    std::string_view op;
    std::size_t arguments;
    const char* function;
};
constexpr std::array kRenamings = {
    Renaming{dialect::kXor, 2, "xor"},
    Renaming{dialect::kPath, 2, "json_extract"},
    Renaming{dialect::kPathText, 2, "json_extract_string"},
    Renaming{dialect::kDeletePath, 2, "jsonb_delete_path"},
    Renaming{dialect::kHasKey, 2, "jsonb_exists"},
    Renaming{dialect::kHasAnyKey, 2, "jsonb_exists_any"},
    Renaming{dialect::kHasAllKeys, 2, "jsonb_exists_all"},
    Renaming{"|/", 1, "sqrt"},
    Renaming{"||/", 1, "cbrt"},
};

// '{a,NULL,"b c"}' by its elements; nullopt for what is no array of one dimension.
std::optional<duckdb::vector<duckdb::Value>> elements(const std::string& literal) {
    const auto list = array_elements(literal);
    if (!list) return std::nullopt;
    duckdb::vector<duckdb::Value> values;
    for (const auto& item : *list) values.push_back(item ? duckdb::Value(*item) : duckdb::Value());
    return values;
}

// '{a,0}' as the JSON pointer '/a/0', which like PostgreSQL's path finds keys and places alike.
ExpressionSlot json_pointer(ExpressionSlot path) {
    if (!is_text_constant(*path)) {
        duckdb::vector<ExpressionSlot> join;
        join.push_back(std::move(path));
        join.push_back(text_constant("/"));
        duckdb::vector<ExpressionSlot> parts;
        parts.push_back(text_constant("/"));
        parts.push_back(duckdb::make_uniq<FunctionExpression>("array_to_string", std::move(join)));
        return duckdb::make_uniq<FunctionExpression>("||", std::move(parts), nullptr, nullptr, false, true);
    }
    const auto keys = array_elements(duckdb::StringValue::Get(path->Cast<duckdb::ConstantExpression>().value));
    if (!keys) return path;
    std::string pointer;
    for (const auto& key : *keys) {
        pointer += '/';
        for (const char c : key.value_or("")) pointer += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    }
    return text_constant(pointer);
}

// SIMILAR TO's pattern as a regular expression: % and _ as in LIKE, . ^ $ stand for themselves.
std::string similar_pattern(const std::string& pattern) {
    std::string regex;
    bool in_class = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        if (c == '\\' && i + 1 < pattern.size()) {
            regex.append("\\").append(1, pattern[++i]);
        } else if (in_class || c == '[') {
            in_class = c != ']';
            regex += c;
        } else if (c == '%' || c == '_') {
            regex += c == '%' ? ".*" : ".";
        } else {
            if (c == '.' || c == '^' || c == '$') regex += '\\';
            regex += c;
        }
    }
    return regex;
}

enum class Match { kNone, kPart, kSimilar };

// DuckDB's parser makes regexp_full_match() of a ~ b, of a !~ b (with NOT around it) and of a SIMILAR TO b; the text
// tells which it was, or that the user called the function.
Match match_of(const FunctionExpression& call, const SourceText& source) {
    if (call.function_name != "regexp_full_match" || !call.GetQueryLocation().IsValid()) return Match::kNone;
    const std::string_view sql = source.parsed();
    const std::string text = duckdb::StringUtil::Lower(
        std::string(sql.substr(std::min<std::size_t>(call.GetQueryLocation().GetIndex(), sql.size()), 8)));
    if (text.starts_with('~') || text.starts_with("!~")) return Match::kPart;
    return text.starts_with("similar") || text.starts_with("not") ? Match::kSimilar : Match::kNone;
}

// The fields that have a fraction, which date_part() drops where it counts in whole units.
struct Fraction {
    std::string_view field;
    const char* counted;  // the field that holds it all
    double divisor;
    std::uint8_t digits;  // of extract()
};
constexpr std::array kFractions = {Fraction{"second", "microseconds", 1e6, 6},
                                   Fraction{"seconds", "microseconds", 1e6, 6},
                                   Fraction{"millisecond", "microseconds", 1e3, 3},
                                   Fraction{"milliseconds", "microseconds", 1e3, 3}, Fraction{"epoch", "epoch", 1, 6}};

ExpressionSlot quotient(ExpressionSlot dividend, double divisor) {
    duckdb::vector<ExpressionSlot> sides;
    sides.push_back(std::move(dividend));
    sides.push_back(duckdb::make_uniq<duckdb::ConstantExpression>(duckdb::Value::DOUBLE(divisor)));
    return duckdb::make_uniq<FunctionExpression>("/", std::move(sides), nullptr, nullptr, false, true);
}

bool is_extract(const FunctionExpression& call, std::string_view sql) {
    const auto location = call.GetQueryLocation();
    if (!location.IsValid() || location.GetIndex() >= sql.size()) return false;
    return duckdb::StringUtil::CIEquals(std::string(sql.substr(location.GetIndex(), 7)), "extract");
}

duckdb::LogicalType extracted_type(const std::string& field, const Fraction* fraction) {
    if (field == "julian") return widest_numeric();
    return duckdb::LogicalType::DECIMAL(18, fraction == nullptr ? 0 : fraction->digits);
}

}  // namespace

duckdb::ParsedExpression* array_of_any(duckdb::SubqueryExpression& any) {
    if (any.subquery_type != duckdb::SubqueryType::ANY || !any.subquery || !any.subquery->node) return nullptr;
    if (any.subquery->node->type != duckdb::QueryNodeType::SELECT_NODE) return nullptr;
    auto& select = any.subquery->node->Cast<duckdb::SelectNode>();
    if (select.select_list.size() != 1 || select.where_clause) return nullptr;
    if (select.from_table && select.from_table->type != duckdb::TableReferenceType::EMPTY_FROM) return nullptr;
    if (select.select_list[0]->GetExpressionClass() != ExpressionClass::FUNCTION) return nullptr;
    auto& call = select.select_list[0]->Cast<FunctionExpression>();
    if (call.function_name != "unnest" || call.children.size() != 1) return nullptr;
    return call.children[0].get();
}

void rewrite_regex(ExpressionSlot& slot, const SourceText& source) {
    auto& call = slot->Cast<FunctionExpression>();
    if (call.children.size() != 2) return;
    const Match match = match_of(call, source);
    if (match == Match::kSimilar) {
        if (!is_text_constant(*call.children[1])) return;
        auto& value = call.children[1]->Cast<duckdb::ConstantExpression>().value;
        value = duckdb::Value(similar_pattern(duckdb::StringValue::Get(value)));
        call.children.push_back(text_constant("s"));
        return;
    }
    const bool differs = call.function_name == "!~*";
    const bool ignores_case = differs || call.function_name == "~*";
    if (match == Match::kNone && !ignores_case) return;
    call.children.push_back(text_constant(ignores_case ? "is" : "s"));
    rename(call, "regexp_matches");
    if (!differs) return;
    const auto location = slot->GetQueryLocation();
    const std::string alias = slot->GetAlias();
    slot->SetAlias("");
    slot = duckdb::make_uniq<duckdb::OperatorExpression>(ExpressionType::OPERATOR_NOT, std::move(slot));
    slot->SetQueryLocation(location);
    slot->SetAlias(alias);
}

void rewrite_negated_regex(ExpressionSlot& slot, const SourceText& source) {
    if (slot->GetExpressionType() != ExpressionType::OPERATOR_NOT) return;
    ExpressionSlot& child = slot->Cast<duckdb::OperatorExpression>().children.at(0);
    if (child->GetExpressionClass() != ExpressionClass::FUNCTION || child->GetQueryLocation().IsValid()) return;
    child->SetQueryLocation(slot->GetQueryLocation());
    rewrite_regex(child, source);
}

void rewrite_date_part(ExpressionSlot& slot, const SourceText& source) {
    auto& call = slot->Cast<FunctionExpression>();
    if (call.function_name != "date_part" || call.children.size() != 2 || !is_text_constant(*call.children[0])) return;
    const std::string field =
        duckdb::StringUtil::Lower(duckdb::StringValue::Get(call.children[0]->Cast<duckdb::ConstantExpression>().value));
    const auto* found = std::ranges::find(kFractions, field, &Fraction::field);
    const Fraction* fraction = found == kFractions.end() ? nullptr : found;
    const duckdb::LogicalType type =
        is_extract(call, source.parsed()) ? extracted_type(field, fraction) : duckdb::LogicalType::DOUBLE;
    const std::string alias = slot->GetAlias();
    const auto location = slot->GetQueryLocation();
    slot->SetAlias("");
    if (fraction != nullptr) call.children[0] = text_constant(fraction->counted);
    if (fraction != nullptr && fraction->divisor != 1) slot = quotient(std::move(slot), fraction->divisor);
    slot = duckdb::make_uniq<duckdb::CastExpression>(type, std::move(slot));
    slot->SetQueryLocation(location);
    slot->SetAlias(alias);
}

void rewrite_like(ExpressionSlot& slot) {
    if (slot->GetExpressionClass() != ExpressionClass::FUNCTION) return;
    auto& call = slot->Cast<FunctionExpression>();
    if (!call.is_operator || call.children.size() != 2) return;
    struct Pair {
        const char *op, *function;
    };
    constexpr std::array kPairs = {Pair{"~~", "like_escape"}, Pair{"!~~", "not_like_escape"},
                                   Pair{"~~*", "ilike_escape"}, Pair{"!~~*", "not_ilike_escape"}};
    for (const Pair& pair : kPairs) {
        if (call.function_name != pair.op) continue;
        // Without a backslash DuckDB's operator does the same, and its optimizer knows it.
        if (is_text_constant(*call.children[1]) &&
            duckdb::StringValue::Get(call.children[1]->Cast<duckdb::ConstantExpression>().value).find('\\') ==
                std::string::npos) {
            return;
        }
        call.children.push_back(text_constant("\\"));
        return rename(call, pair.function);
    }
}

bool is_bare_numeric(const duckdb::LogicalType& type) {
    if (type.id() != duckdb::LogicalTypeId::UNBOUND) return false;
    const auto& expression = duckdb::UnboundType::GetTypeExpression(type);
    if (expression->GetExpressionClass() != ExpressionClass::TYPE) return false;
    const auto& name = expression->Cast<duckdb::TypeExpression>();
    return name.GetChildren().empty() && (duckdb::StringUtil::CIEquals(name.GetTypeName(), "numeric") ||
                                          duckdb::StringUtil::CIEquals(name.GetTypeName(), "decimal"));
}

// Ten digits behind the point keep what money and measures have, and leave 28 before it.
duckdb::LogicalType widest_numeric() {
    return duckdb::LogicalType::DECIMAL(38, 10);
}

void rewrite_numeric(ExpressionSlot& slot) {
    auto& cast = slot->Cast<duckdb::CastExpression>();
    if (!is_bare_numeric(cast.cast_type)) return;
    cast.cast_type = widest_numeric();
    if (cast.child->GetExpressionClass() != ExpressionClass::CONSTANT) return;
    const duckdb::Value& value = cast.child->Cast<duckdb::ConstantExpression>().value;
    const std::string text = value.IsNull() ? "" : value.ToString();
    const std::size_t point = text.find('.');
    const std::size_t scale = point == std::string::npos ? 0 : text.size() - point - 1;
    if (text.empty() || text.find_first_not_of("+-0123456789.") != std::string::npos || scale > 38) return;
    cast.cast_type = duckdb::LogicalType::DECIMAL(text.size() <= 18 ? 18 : 38, static_cast<std::uint8_t>(scale));
}

void rewrite_series(ExpressionSlot& item) {
    const bool call = item->GetExpressionClass() == ExpressionClass::FUNCTION;
    if (call && item->Cast<FunctionExpression>().function_name == "generate_series") {
        const std::string alias = item->GetAlias();
        const auto location = item->GetQueryLocation();
        item->SetAlias("");
        duckdb::vector<ExpressionSlot> list;
        list.push_back(std::move(item));
        item = duckdb::make_uniq<FunctionExpression>("unnest", std::move(list));
        item->SetQueryLocation(location);
        item->SetAlias(alias.empty() ? "generate_series" : alias);
        return;
    }
    const bool passes =
        (call && item->Cast<FunctionExpression>().is_operator) || item->GetExpressionClass() == ExpressionClass::CAST;
    if (!passes) return;
    duckdb::ParsedExpressionIterator::EnumerateChildren(*item, rewrite_series);
}

void rewrite_operator(ExpressionSlot& slot) {
    if (slot->GetExpressionClass() != ExpressionClass::FUNCTION) return;
    auto& call = slot->Cast<FunctionExpression>();
    if (!call.is_operator) return;
    rewrite_like(slot);
    if (call.function_name == dialect::kArrow) return rename(call, "json_extract");
    if (call.function_name == dialect::kArrowText) call.function_name = "->>";
    for (const Renaming& renaming : kRenamings) {
        if (call.function_name != renaming.op || call.children.size() != renaming.arguments) continue;
        const bool path = renaming.op == dialect::kPath || renaming.op == dialect::kPathText;
        if (path) call.children[1] = json_pointer(std::move(call.children[1]));
        rename(call, renaming.function);
        return;
    }
}

void rewrite_collation(ExpressionSlot& slot) {
    auto& collate = slot->Cast<duckdb::CollateExpression>();
    std::string name = duckdb::StringUtil::Lower(collate.collation);
    if (name.starts_with("pg_catalog.")) name.erase(0, 11);
    if (name != "default" && name != "c" && name != "posix" && name != "ucs_basic" && name != "c.utf-8") return;
    const auto old = std::move(slot);
    auto child = std::move(old->Cast<duckdb::CollateExpression>().child);
    if (!old->GetAlias().empty()) child->SetAlias(old->GetAlias());
    slot = std::move(child);
}

void rewrite_between(ExpressionSlot& slot) {
    auto& between = slot->Cast<duckdb::BetweenExpression>();
    if (between.lower->GetExpressionClass() != ExpressionClass::FUNCTION) return;
    auto& mark = between.lower->Cast<FunctionExpression>();
    if (mark.function_name != dialect::kSymmetric || mark.children.size() != 1) return;
    auto lower = std::move(mark.children[0]);
    between.lower = std::move(lower);
    auto swapped = duckdb::make_uniq<duckdb::BetweenExpression>(between.input->Copy(), between.upper->Copy(),
                                                                between.lower->Copy());
    const auto location = slot->GetQueryLocation();
    const std::string alias = slot->GetAlias();
    slot->SetAlias("");
    slot = duckdb::make_uniq<duckdb::ConjunctionExpression>(ExpressionType::CONJUNCTION_OR, std::move(slot),
                                                            std::move(swapped));
    slot->SetQueryLocation(location);
    slot->SetAlias(alias);
}

void rewrite_any_literal(ExpressionSlot& slot) {
    auto& any = slot->Cast<duckdb::SubqueryExpression>();
    const ParsedExpression* array = array_of_any(any);
    if (array == nullptr || !is_text_constant(*array) || !any.child) return;
    const auto values = elements(duckdb::StringValue::Get(array->Cast<duckdb::ConstantExpression>().value));
    if (!values) return;
    ExpressionSlot found;
    if (values->empty()) {
        found = duckdb::make_uniq<duckdb::ConstantExpression>(duckdb::Value::BOOLEAN(false));
    } else if (any.comparison_type == ExpressionType::COMPARE_EQUAL) {
        auto in = duckdb::make_uniq<duckdb::OperatorExpression>(ExpressionType::COMPARE_IN, std::move(any.child));
        for (const duckdb::Value& value : *values)
            in->children.push_back(duckdb::make_uniq<duckdb::ConstantExpression>(value));
        found = std::move(in);
    } else {
        duckdb::vector<ExpressionSlot> comparisons;
        for (const duckdb::Value& value : *values) {
            comparisons.push_back(duckdb::make_uniq<duckdb::ComparisonExpression>(
                any.comparison_type, any.child->Copy(), duckdb::make_uniq<duckdb::ConstantExpression>(value)));
        }
        found =
            duckdb::make_uniq<duckdb::ConjunctionExpression>(ExpressionType::CONJUNCTION_OR, std::move(comparisons));
    }
    const auto old = std::move(slot);
    put(slot, std::move(found), *old);
}

}  // namespace smew::engine
