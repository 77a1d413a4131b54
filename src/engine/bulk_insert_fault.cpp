// row_at_fault(): DuckDB says which constraint was violated, but not by which row of many.
#include "engine/bulk_insert.hpp"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/catalog/catalog_entry/table_catalog_entry.hpp>
#include <duckdb/execution/expression_executor.hpp>
#include <duckdb/parser/constraints/unique_constraint.hpp>
#include <duckdb/planner/binder.hpp>
#include <duckdb/planner/constraints/bound_check_constraint.hpp>

#include <algorithm>

namespace smew::engine {
namespace {

class FaultFinder {
public:
    FaultFinder(duckdb::ClientContext& context, const BulkTable& target, const duckdb::ColumnDataCollection& rows)
        : context_(context),
          target_(target),
          rows_(rows),
          table_(duckdb::Catalog::GetEntry<duckdb::TableCatalogEntry>(context, target.catalog, target.schema,
                                                                      target.name)) {}

    // The first row for which a CHECK gives false.
    std::optional<std::size_t> failed_check() {
        std::optional<std::size_t> found;
        for (const auto& constraint : duckdb::Binder::CreateBinder(context_)->BindConstraints(table_)) {
            if (constraint->type != duckdb::ConstraintType::CHECK) continue;
            auto& check = constraint->Cast<duckdb::BoundCheckConstraint>();
            const auto row = first_false(check);
            if (row && (!found || *row < *found)) found = row;
        }
        return found;
    }

    // The row with the key that the error names; of several the second, as then it is likely that they collide with
    // each other.
    std::optional<std::size_t> duplicate(const std::string& key) {
        for (const auto& constraint : table_.GetConstraints()) {
            if (constraint->type != duckdb::ConstraintType::UNIQUE) continue;
            auto names = constraint->Cast<duckdb::UniqueConstraint>().GetColumnNames();
            if (names.empty()) {
                const auto index = constraint->Cast<duckdb::UniqueConstraint>().GetIndex();
                names.push_back(table_.GetColumn(index).Name());
            }
            if (const auto row = find_key(names, key)) return row;
        }
        return std::nullopt;
    }

private:
    // The column's place among those that are filled.
    std::optional<std::size_t> place_of(const std::string& name) const {
        const auto found = std::ranges::find(target_.columns, name);
        if (found == target_.columns.end()) return std::nullopt;
        return static_cast<std::size_t>(found - target_.columns.begin());
    }

    // Columns that are not filled have defaults, which only DuckDB's plan knows: a CHECK of one is not looked at.
    std::optional<std::size_t> first_false(duckdb::BoundCheckConstraint& check) {
        duckdb::DataChunk whole;
        whole.InitializeEmpty(table_.GetTypes());
        std::size_t first = 0;
        for (duckdb::DataChunk& chunk : rows_.Chunks()) {
            for (const auto& column : table_.GetColumns().Physical()) {
                auto& vector = whole.data[column.Physical().index];
                const auto place = place_of(column.Name());
                if (!place && check.bound_columns.count(column.Physical()) > 0) return std::nullopt;
                if (place) {
                    vector.Reference(chunk.data[*place]);
                } else {
                    vector.Reference(duckdb::Value(column.Type()));
                }
            }
            whole.SetCardinality(chunk.size());
            duckdb::Vector result(duckdb::LogicalType::INTEGER);
            duckdb::ExpressionExecutor(context_, *check.expression).ExecuteExpression(whole, result);
            for (std::size_t row = 0; row < chunk.size(); ++row) {
                const duckdb::Value value = result.GetValue(row);
                if (!value.IsNull() && value.GetValue<std::int32_t>() == 0) return first + row;
            }
            first += chunk.size();
        }
        return std::nullopt;
    }

    std::optional<std::size_t> find_key(const duckdb::vector<std::string>& names, const std::string& key) const {
        std::vector<std::size_t> places;
        for (const std::string& name : names) {
            const auto place = place_of(name);
            if (!place) return std::nullopt;
            places.push_back(*place);
        }
        std::vector<std::size_t> found;
        std::size_t first = 0;
        for (duckdb::DataChunk& chunk : rows_.Chunks()) {
            for (std::size_t row = 0; row < chunk.size() && found.size() < 2; ++row) {
                if (key_text(places, chunk, row) == key) found.push_back(first + row);
            }
            first += chunk.size();
        }
        if (found.empty()) return std::nullopt;
        return found.back();
    }

    static std::string key_text(const std::vector<std::size_t>& places, duckdb::DataChunk& chunk, std::size_t row) {
        std::string text;
        for (const std::size_t place : places)
            text += (text.empty() ? "" : ", ") + chunk.GetValue(place, row).ToString();
        return text;
    }

    duckdb::ClientContext& context_;
    const BulkTable& target_;
    const duckdb::ColumnDataCollection& rows_;
    duckdb::TableCatalogEntry& table_;
};

// The values of the key as errors tell it: 'Key (a, b)=(1, x) already exists.' and '… duplicate key "1, x"'.
std::string key_in(const std::string& detail) {
    const bool worded = detail.starts_with("Key (");
    const std::size_t begin = worded ? detail.find(")=(") + 3 : detail.find('"') + 1;
    const std::size_t end = worded ? detail.rfind(')') : detail.rfind('"');
    return end == std::string::npos || begin > end ? "" : detail.substr(begin, end - begin);
}

}  // namespace

std::optional<std::size_t> row_at_fault(duckdb::ClientContext& context, const BulkTable& table,
                                        const duckdb::ColumnDataCollection& rows, const Error& error) {
    const bool is_check = error.code == sqlstate::kCheckViolation;
    if (!is_check && error.code != sqlstate::kUniqueViolation) return std::nullopt;
    std::optional<std::size_t> row;
    try {
        // The failed INSERT has invalidated the transaction, but what it saw of the catalog is still there.
        context.RunFunctionInTransaction(
            [&] {
                FaultFinder finder(context, table, rows);
                row = is_check ? finder.failed_check() : finder.duplicate(key_in(error.detail));
            },
            false);
    } catch (const std::exception&) {
        return std::nullopt;  // the error stands without its row
    }
    return row;
}

}  // namespace smew::engine
