#include "engine/dialect_create.hpp"

#include "engine/dialect_expressions.hpp"
#include "engine/dialect_like.hpp"
#include "engine/dialect_sequence_options.hpp"
#include "engine/dialect_tokens.hpp"
#include "engine/duckdb_instance.hpp"
#include "engine/errors.hpp"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/catalog/catalog_entry/table_catalog_entry.hpp>
#include <duckdb/catalog/catalog_search_path.hpp>
#include <duckdb/common/string_util.hpp>
#include <duckdb/execution/index/art/art.hpp>
#include <duckdb/main/client_data.hpp>
#include <duckdb/parser/constraints/not_null_constraint.hpp>
#include <duckdb/parser/expression/list.hpp>
#include <duckdb/parser/expression/type_expression.hpp>
#include <duckdb/parser/parsed_data/alter_table_info.hpp>
#include <duckdb/parser/parsed_data/create_index_info.hpp>
#include <duckdb/parser/parsed_data/create_sequence_info.hpp>
#include <duckdb/parser/parsed_data/create_table_info.hpp>
#include <duckdb/parser/query_node/select_node.hpp>
#include <duckdb/parser/statement/alter_statement.hpp>
#include <duckdb/parser/statement/create_statement.hpp>
#include <duckdb/parser/statement/insert_statement.hpp>
#include <duckdb/parser/statement/select_statement.hpp>
#include <duckdb/parser/tableref/expressionlistref.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

namespace smew::engine {
namespace {

using duckdb::CatalogType;
using duckdb::StringUtil;

// "public" is DuckDB's "main"; the rest of the names' rewriting comes later.
std::string schema_of(const duckdb::CreateInfo& info) {
    if (info.temporary && info.schema.empty()) return "main";
    return StringUtil::CIEquals(info.schema, "public") ? "main" : info.schema;
}

bool exists(duckdb::ClientContext& context, const duckdb::CreateInfo& info, CatalogType type, const std::string& name) {
    const duckdb::EntryLookupInfo lookup(type, name);
    bool found = false;
    context.RunFunctionInTransaction(
        [&] {
            found = duckdb::Catalog::GetEntry(context, info.temporary ? "temp" : info.catalog, schema_of(info), lookup,
                                              duckdb::OnEntryNotFound::RETURN_NULL) != nullptr;
        },
        false);
    return found;
}

// t_a_seq, or with the first number behind it that makes the name free.
std::string free_name(duckdb::ClientContext& context, const duckdb::CreateInfo& info, CatalogType type,
                      const std::string& name) {
    std::string candidate = name;
    for (int number = 1; exists(context, info, type, candidate); ++number) candidate = name + std::to_string(number);
    return candidate;
}

struct Serial {
    const char* name;
    duckdb::LogicalTypeId type;
};
constexpr std::array kSerials = {
    Serial{"serial", duckdb::LogicalTypeId::INTEGER},       Serial{"serial4", duckdb::LogicalTypeId::INTEGER},
    Serial{"bigserial", duckdb::LogicalTypeId::BIGINT},     Serial{"serial8", duckdb::LogicalTypeId::BIGINT},
    Serial{"smallserial", duckdb::LogicalTypeId::SMALLINT}, Serial{"serial2", duckdb::LogicalTypeId::SMALLINT},
};

// The name of a type that the parser has left unbound, without a schema.
std::string unbound_name(const duckdb::LogicalType& type) {
    if (type.id() != duckdb::LogicalTypeId::UNBOUND) return {};
    const auto& expression = duckdb::UnboundType::GetTypeExpression(type);
    if (expression->GetExpressionClass() != duckdb::ExpressionClass::TYPE) return {};
    return StringUtil::Lower(expression->Cast<duckdb::TypeExpression>().GetTypeName());
}

std::optional<duckdb::LogicalTypeId> serial_type(const duckdb::LogicalType& type) {
    const std::string name = unbound_name(type);
    for (const Serial& serial : kSerials) {
        if (name == serial.name) return serial.type;
    }
    return std::nullopt;
}

// The options of "smew identity"('START 5'); nullopt for any other default.
std::optional<std::string> identity_options(const duckdb::ColumnDefinition& column) {
    if (column.Generated() || !column.HasDefaultValue()) return std::nullopt;
    if (column.DefaultValue().GetExpressionClass() != duckdb::ExpressionClass::FUNCTION) return std::nullopt;
    const auto& call = column.DefaultValue().Cast<duckdb::FunctionExpression>();
    if (call.function_name != dialect::kIdentity || call.children.size() != 1) return std::nullopt;
    return call.children[0]->Cast<duckdb::ConstantExpression>().value.ToString();
}

std::int64_t largest(const duckdb::LogicalType& type) {
    const bool small = type.id() == duckdb::LogicalTypeId::SMALLINT;
    if (small) return std::numeric_limits<std::int16_t>::max();
    if (type.id() == duckdb::LogicalTypeId::INTEGER) return std::numeric_limits<std::int32_t>::max();
    return std::numeric_limits<std::int64_t>::max();
}

duckdb::unique_ptr<duckdb::CreateSequenceInfo> sequence_for(const duckdb::CreateTableInfo& table,
                                                            const duckdb::LogicalType& type) {
    auto sequence = duckdb::make_uniq<duckdb::CreateSequenceInfo>();
    sequence->catalog = table.catalog;
    sequence->schema = table.schema;
    sequence->temporary = table.temporary;
    sequence->usage_count = 0;
    sequence->increment = 1;
    sequence->min_value = 1;
    sequence->max_value = largest(type);
    sequence->start_value = 1;
    sequence->cycle = false;
    return sequence;
}

ExpressionSlot next_value(const duckdb::CreateSequenceInfo& sequence) {
    std::string name = sql_identifier(sequence.name);
    if (!sequence.schema.empty()) name = sql_identifier(schema_of(sequence)) + "." + name;
    if (sequence.temporary) name = "temp." + (sequence.schema.empty() ? "main." + name : name);
    duckdb::vector<ExpressionSlot> arguments;
    arguments.push_back(duckdb::make_uniq<duckdb::ConstantExpression>(duckdb::Value(name)));
    return duckdb::make_uniq<duckdb::FunctionExpression>("nextval", std::move(arguments));
}

// So that DROP TABLE takes the sequence along.
duckdb::unique_ptr<duckdb::SQLStatement> owned_by(const duckdb::CreateSequenceInfo& sequence,
                                                  const duckdb::CreateTableInfo& table) {
    auto alter = duckdb::make_uniq<duckdb::AlterStatement>();
    alter->info = duckdb::make_uniq<duckdb::ChangeOwnershipInfo>(
        CatalogType::SEQUENCE_ENTRY, sequence.temporary ? "temp" : sequence.catalog, schema_of(sequence), sequence.name,
        schema_of(table), table.table, duckdb::OnEntryNotFound::THROW_EXCEPTION);
    return alter;
}

std::string default_schema(duckdb::ClientContext& context) {
    return duckdb::ClientData::Get(context).catalog_search_path->GetDefault().schema;
}

class TableCompletion {
public:
    TableCompletion(duckdb::ClientContext& context, ParsedStatement::Parts& parts, duckdb::CreateTableInfo& table)
        : context_(context), parts_(parts), table_(table) {}

    // `makes`: false when the table is there already, and IF NOT EXISTS leaves it so.
    void complete(bool makes) {
        // Storage parameters change nothing here, and pg_dump and ORMs write them.
        if (!table_.query) table_.options.clear();
        for (duckdb::idx_t i = 0; i < table_.columns.LogicalColumnCount(); ++i) {
            auto& column = table_.columns.GetColumnMutable(duckdb::LogicalIndex(i));
            if (is_bare_numeric(column.Type())) column.SetType(widest_numeric());
            if (const auto serial = serial_type(column.Type())) {
                column.SetType(duckdb::LogicalType(*serial));
                if (makes) add_sequence(column, i, "");
            } else if (const auto options = identity_options(column)) {
                column.SetDefaultValue(duckdb::make_uniq<duckdb::ConstantExpression>(duckdb::Value()));
                if (makes) add_sequence(column, i, *options);
            }
        }
    }

private:
    void add_sequence(duckdb::ColumnDefinition& column, duckdb::idx_t index, const std::string& options) {
        // An owner is found only with its schema.
        if (table_.schema.empty() && !table_.temporary) table_.schema = default_schema(context_);
        auto sequence = sequence_for(table_, column.Type());
        read_sequence_options(options, *sequence);
        sequence->name =
            free_name(context_, table_, CatalogType::SEQUENCE_ENTRY, table_.table + "_" + column.Name() + "_seq");
        column.SetDefaultValue(next_value(*sequence));
        table_.constraints.push_back(duckdb::make_uniq<duckdb::NotNullConstraint>(duckdb::LogicalIndex(index)));
        parts_.after.push_back(owned_by(*sequence, table_));
        auto create = duckdb::make_uniq<duckdb::CreateStatement>();
        create->info = std::move(sequence);
        parts_.before.push_back(std::move(create));
    }

    duckdb::ClientContext& context_;
    ParsedStatement::Parts& parts_;
    duckdb::CreateTableInfo& table_;
};

// What PostgreSQL writes for an index's column: its name, or "expr".
std::string name_of_key(const duckdb::ParsedExpression& key) {
    if (key.GetExpressionClass() == duckdb::ExpressionClass::COLUMN_REF)
        return key.Cast<duckdb::ColumnRefExpression>().GetColumnName();
    if (key.GetExpressionClass() == duckdb::ExpressionClass::FUNCTION &&
        !key.Cast<duckdb::FunctionExpression>().is_operator) {
        return key.Cast<duckdb::FunctionExpression>().function_name;
    }
    return "expr";
}

void complete_index(duckdb::ClientContext& context, duckdb::CreateIndexInfo& index) {
    const std::string method = StringUtil::Lower(index.index_type);
    if (method == "btree" || method == "hash") index.index_type = duckdb::ART::TYPE_NAME;
    constexpr std::array kOthers = {"gin", "gist", "spgist", "brin"};
    for (const char* other : kOthers) {
        if (method != other) continue;
        throw_through_duckdb({sqlstate::kFeatureNotSupported, "access method \"" + method + "\" is not supported", "",
                              "Leave USING out: DuckDB's index finds single values, as btree and hash do."});
    }
    index.options.erase("fillfactor");
    if (index.index_name != dialect::kUnnamedIndex) return;
    std::string name = index.table;
    for (const auto& key : index.expressions) name += "_" + name_of_key(*key);
    index.index_name = free_name(context, index, CatalogType::INDEX_ENTRY, name + "_idx");
}

// How many values a row has; 0 where only binding tells.
std::size_t width_of(const duckdb::InsertStatement& insert) {
    if (!insert.select_statement || insert.default_values) return 0;
    if (const auto values = insert.GetValuesList()) return values->values.empty() ? 0 : values->values.front().size();
    if (insert.select_statement->node->type != duckdb::QueryNodeType::SELECT_NODE) return 0;
    const auto& list = insert.select_statement->node->Cast<duckdb::SelectNode>().select_list;
    const bool star = std::any_of(list.begin(), list.end(), [](const auto& item) {
        return item->GetExpressionClass() == duckdb::ExpressionClass::STAR;
    });
    return star ? 0 : list.size();
}

// The names of a table's first columns; empty when there are no more than that.
duckdb::vector<std::string> first_columns(duckdb::ClientContext& context, const duckdb::InsertStatement& insert,
                                          std::size_t count) {
    duckdb::vector<std::string> names;
    context.RunFunctionInTransaction(
        [&] {
            const duckdb::EntryLookupInfo lookup(CatalogType::TABLE_ENTRY, insert.table);
            const auto entry = duckdb::Catalog::GetEntry(context, insert.catalog, insert.schema, lookup,
                                                         duckdb::OnEntryNotFound::RETURN_NULL);
            if (!entry || entry->type != CatalogType::TABLE_ENTRY) return;
            const auto& columns = entry->Cast<duckdb::TableCatalogEntry>().GetColumns();
            if (columns.PhysicalColumnCount() <= count) return;
            for (const auto& column : columns.Physical()) {
                if (names.size() < count) names.push_back(column.Name());
            }
        },
        false);
    return names;
}

// Values for fewer columns than the table has: the rest get their defaults.
void complete_insert(duckdb::ClientContext& context, duckdb::InsertStatement& insert) {
    const std::size_t width = insert.columns.empty() ? width_of(insert) : 0;
    if (width > 0) insert.columns = first_columns(context, insert, width);
}

}  // namespace

void complete_create(duckdb::ClientContext& context, ParsedStatement::Parts& parts) {
    if (parts.tree->type == duckdb::StatementType::INSERT_STATEMENT)
        complete_insert(context, parts.tree->Cast<duckdb::InsertStatement>());
    if (parts.tree->type != duckdb::StatementType::CREATE_STATEMENT) return;
    duckdb::CreateInfo& info = *parts.tree->Cast<duckdb::CreateStatement>().info;
    if (info.type == CatalogType::INDEX_ENTRY) complete_index(context, info.Cast<duckdb::CreateIndexInfo>());
    if (info.type != CatalogType::TABLE_ENTRY) return;
    auto& table = info.Cast<duckdb::CreateTableInfo>();
    expand_like(context, table);
    const bool skipped = info.on_conflict == duckdb::OnCreateConflict::IGNORE_ON_CONFLICT &&
                         exists(context, info, CatalogType::TABLE_ENTRY, table.table);
    TableCompletion(context, parts, table).complete(!skipped);
}

}  // namespace smew::engine
