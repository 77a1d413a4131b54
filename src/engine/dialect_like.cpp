#include "engine/dialect_like.hpp"

#include "engine/dialect_tokens.hpp"
#include "engine/errors.hpp"
#include "engine/session_state.hpp"
#include "engine/workspace_objects.hpp"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/catalog/catalog_entry/table_catalog_entry.hpp>
#include <duckdb/common/string_util.hpp>
#include <duckdb/parser/constraints/check_constraint.hpp>
#include <duckdb/parser/constraints/not_null_constraint.hpp>
#include <duckdb/parser/constraints/unique_constraint.hpp>
#include <duckdb/parser/expression/type_expression.hpp>

#include <algorithm>

namespace smew::engine {
namespace {

using duckdb::ColumnDefinition;
using duckdb::LogicalIndex;
using duckdb::StringUtil;

bool is_like(const ColumnDefinition& column) {
    return column.Name().starts_with(dialect::kLikeColumn) && column.Type().id() == duckdb::LogicalTypeId::UNBOUND;
}

// "+defaults-indexes": the last word on each counts.
class Options {
public:
    explicit Options(std::string text) : text_(std::move(text)) {}

    bool has(const std::string& what) const {
        const auto all = place("all"), one = place(what);
        const auto last = all == std::string::npos ? one : one == std::string::npos ? all : std::max(all, one);
        return last != std::string::npos && text_[last] == '+';
    }

private:
    std::size_t place(const std::string& what) const {
        const std::size_t found = text_.rfind(what);
        return found == std::string::npos || found == 0 ? std::string::npos : found - 1;
    }

    std::string text_;
};

// What LIKE stands for.
struct Part {
    std::vector<ColumnDefinition> columns;
    std::vector<std::size_t> not_null;                            // places in `columns`
    duckdb::vector<duckdb::unique_ptr<duckdb::Constraint>> more;  // by names of columns
};

void add_constraint(Part& part, const duckdb::Constraint& constraint, const duckdb::ColumnList& columns,
                    const Options& options) {
    switch (constraint.type) {
        case duckdb::ConstraintType::NOT_NULL:
            part.not_null.push_back(constraint.Cast<duckdb::NotNullConstraint>().index.index);
            break;
        case duckdb::ConstraintType::CHECK:
            if (options.has("constraints")) part.more.push_back(constraint.Copy());
            break;
        case duckdb::ConstraintType::UNIQUE: {
            if (!options.has("indexes")) break;
            const auto& unique = constraint.Cast<duckdb::UniqueConstraint>();
            duckdb::vector<std::string> names = unique.GetColumnNames();
            if (unique.HasIndex()) names = {columns.GetColumn(unique.GetIndex()).Name()};
            part.more.push_back(duckdb::make_uniq<duckdb::UniqueConstraint>(std::move(names), unique.IsPrimaryKey()));
            break;
        }
        default:
            break;  // foreign keys are not copied
    }
}

Part part_of(const duckdb::TableCatalogEntry& table, const Options& options) {
    Part part;
    for (const ColumnDefinition& column : table.GetColumns().Logical()) {
        if (column.Generated() && options.has("generated")) {
            part.columns.push_back(column.Copy());
            continue;
        }
        ColumnDefinition copy(column.Name(), column.Type());
        if (!column.Generated() && column.HasDefaultValue() && options.has("defaults"))
            copy.SetDefaultValue(column.DefaultValue().Copy());
        if (options.has("comments")) copy.SetComment(column.Comment());
        part.columns.push_back(std::move(copy));
    }
    for (const auto& constraint : table.GetConstraints())
        add_constraint(part, *constraint, table.GetColumns(), options);
    return part;
}

Part part_of(duckdb::ClientContext& context, const ProjectTable& table) {
    Part part;
    for (const ProjectColumn& column : table.columns) {
        if (!column.nullable) part.not_null.push_back(part.columns.size());
        part.columns.emplace_back(column.name, duckdb::TransformStringToLogicalType(column.type, context));
    }
    return part;
}

std::optional<Part> find_own(duckdb::ClientContext& context, const duckdb::TypeExpression& name,
                             const Options& options) {
    const std::string schema = StringUtil::CIEquals(name.GetSchema(), "public") ? "main" : name.GetSchema();
    const duckdb::EntryLookupInfo lookup(duckdb::CatalogType::TABLE_ENTRY, name.GetTypeName());
    const auto entry =
        duckdb::Catalog::GetEntry(context, name.GetCatalog(), schema, lookup, duckdb::OnEntryNotFound::RETURN_NULL);
    if (!entry || entry->type != duckdb::CatalogType::TABLE_ENTRY) return std::nullopt;
    if (!SessionState::of(context)->may_change(entry->ParentCatalog().GetName())) return std::nullopt;
    return part_of(entry->Cast<duckdb::TableCatalogEntry>(), options);
}

std::optional<Part> find_of_project(duckdb::ClientContext& context, const duckdb::TypeExpression& name) {
    const auto project = project_of(context);
    const auto session = SessionState::of(context);
    std::vector<std::string> schemas = session->project_path;
    if (!name.GetSchema().empty()) schemas = {name.GetSchema()};
    for (const std::string& schema : schemas) {
        for (const ProjectTable& table : project->tables) {
            if (StringUtil::CIEquals(table.schema, schema) && StringUtil::CIEquals(table.name, name.GetTypeName()))
                return part_of(context, table);
        }
    }
    return std::nullopt;
}

Part find_part(duckdb::ClientContext& context, const ColumnDefinition& like) {
    const auto& expression = duckdb::UnboundType::GetTypeExpression(like.Type());
    const auto& name = expression->Cast<duckdb::TypeExpression>();
    const Options options(like.Name().substr(dialect::kLikeColumn.size()));
    std::optional<Part> part;
    context.RunFunctionInTransaction(
        [&] {
            part = find_own(context, name, options);
            if (!part) part = find_of_project(context, name);
        },
        false);
    if (part) return *std::move(part);
    const std::string schema = name.GetSchema().empty() ? "" : name.GetSchema() + ".";
    throw_through_duckdb(
        {sqlstate::kUndefinedTable, "relation \"" + schema + name.GetTypeName() + "\" does not exist", "", ""});
}

// What is left of the table's constraints points at columns by their place.
void move_constraint(duckdb::Constraint& constraint, const std::vector<std::size_t>& places) {
    if (constraint.type == duckdb::ConstraintType::NOT_NULL) {
        auto& index = constraint.Cast<duckdb::NotNullConstraint>().index;
        index = LogicalIndex(places.at(index.index));
    }
    if (constraint.type != duckdb::ConstraintType::UNIQUE) return;
    auto& unique = constraint.Cast<duckdb::UniqueConstraint>();
    if (unique.HasIndex()) unique.SetIndex(LogicalIndex(places.at(unique.GetIndex().index)));
}

}  // namespace

void expand_like(duckdb::ClientContext& context, duckdb::CreateTableInfo& table) {
    auto written = table.columns.Logical();
    bool any = false;
    for (const ColumnDefinition& column : written) any = any || is_like(column);
    if (!any) return;
    duckdb::ColumnList columns;
    duckdb::vector<duckdb::unique_ptr<duckdb::Constraint>> added;
    std::vector<std::size_t> places;
    for (const ColumnDefinition& column : written) {
        places.push_back(columns.LogicalColumnCount());
        if (!is_like(column)) {
            columns.AddColumn(column.Copy());
            continue;
        }
        Part part = find_part(context, column);
        for (const std::size_t place : part.not_null)
            added.push_back(
                duckdb::make_uniq<duckdb::NotNullConstraint>(LogicalIndex(columns.LogicalColumnCount() + place)));
        for (ColumnDefinition& copied : part.columns) columns.AddColumn(std::move(copied));
        for (auto& constraint : part.more) added.push_back(std::move(constraint));
    }
    for (const auto& constraint : table.constraints) move_constraint(*constraint, places);
    for (auto& constraint : added) table.constraints.push_back(std::move(constraint));
    table.columns = std::move(columns);
}

}  // namespace smew::engine
