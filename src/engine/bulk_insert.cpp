#include "engine/bulk_insert.hpp"

#include "engine/connection.hpp"
#include "engine/errors.hpp"
#include "engine/sql_text.hpp"
#include "engine/type_map.hpp"

#include <duckdb/catalog/catalog.hpp>
#include <duckdb/catalog/catalog_entry/table_catalog_entry.hpp>
#include <duckdb/parser/constraints/not_null_constraint.hpp>
#include <duckdb/parser/query_node/select_node.hpp>
#include <duckdb/parser/statement/insert_statement.hpp>
#include <duckdb/parser/tableref/column_data_ref.hpp>

#include <algorithm>

namespace smew::engine {
namespace {

// Stands in the text for the rows; on the tree they take its place.
constexpr std::string_view kRowsName = "gathered_rows";

std::string quoted(std::string_view name) {
    std::string out = "\"";
    for (const char c : name) out += c == '"' ? "\"\"" : std::string(1, c);
    return out + '"';
}

std::string insert_sql(const BulkTarget& target) {
    std::string sql = "INSERT INTO " + target.table;
    for (std::size_t i = 0; i < target.columns.size(); ++i) sql += (i == 0 ? " (" : ", ") + quoted(target.columns[i]);
    if (!target.columns.empty()) sql += ")";
    sql += " SELECT * FROM " + std::string(kRowsName);
    // The line's end, as the condition may end in a comment.
    if (!target.where.empty()) sql += " WHERE (" + target.where + "\n)";
    return sql;
}

Error not_insertable(const std::string& name, duckdb::CatalogType type) {
    const std::string kind = type == duckdb::CatalogType::VIEW_ENTRY ? "view" : "non-table relation";
    return {sqlstate::kWrongObjectType, "cannot copy to " + kind + " " + quoted(name)};
}

Result<BulkTable> table_of(duckdb::CatalogEntry& entry, const std::vector<std::string>& wanted) {
    if (entry.type != duckdb::CatalogType::TABLE_ENTRY) return not_insertable(entry.name, entry.type);
    auto& table = entry.Cast<duckdb::TableCatalogEntry>();
    BulkTable found{table.ParentCatalog().GetName(), table.ParentSchema().name, table.name, {}, {}, {}};
    std::vector<bool> not_null(table.GetColumns().LogicalColumnCount(), false);
    for (const auto& constraint : table.GetConstraints()) {
        if (constraint->type != duckdb::ConstraintType::NOT_NULL) continue;
        not_null[constraint->Cast<duckdb::NotNullConstraint>().index.index] = true;
    }
    const auto add = [&](const duckdb::ColumnDefinition& column) {
        found.columns.push_back(column.Name());
        found.types.push_back(column.Type());
        found.not_null.push_back(not_null[column.Logical().index]);
    };
    for (const std::string& name : wanted) {
        if (std::ranges::count(wanted, name) > 1)
            return Error{sqlstate::kDuplicateColumn, "column " + quoted(name) + " specified more than once"};
        if (!table.ColumnExists(name)) {
            return Error{sqlstate::kUndefinedColumn,
                         "column " + quoted(name) + " of relation " + quoted(table.name) + " does not exist"};
        }
        const duckdb::ColumnDefinition& column = table.GetColumn(name);
        if (column.Generated()) {
            return Error{Sqlstate("42P10"), "column " + quoted(name) + " is a generated column",
                         "Generated columns cannot be used in COPY."};
        }
        add(column);
    }
    if (!wanted.empty()) return found;
    for (const duckdb::ColumnDefinition& column : table.GetColumns().Logical()) {
        if (!column.Generated()) add(column);
    }
    return found;
}

// The gathered rows in place of the name that stands for them.
Result<void> read_from(duckdb::InsertStatement& insert, const duckdb::shared_ptr<duckdb::ColumnDataCollection>& rows,
                       const BulkTable& table) {
    auto& node = *insert.select_statement->node;
    const bool plain =
        node.type == duckdb::QueryNodeType::SELECT_NODE && insert.returning_list.empty() && !insert.on_conflict_info;
    if (!plain) return Error{sqlstate::kSyntaxError, "COPY FROM takes one condition behind WHERE"};
    auto source = duckdb::make_uniq<duckdb::ColumnDataRef>(rows, table.columns);
    source->alias = table.name;
    node.Cast<duckdb::SelectNode>().from_table = std::move(source);
    return {};
}

}  // namespace

Result<std::unique_ptr<BulkInsert>> GatedConnection::bulk_insert(const BulkTarget& target) {
    auto parsed = parse(insert_sql(target));
    if (!parsed) return parsed.error();
    if (parsed->size() != 1 || parsed->front()->kind() != StatementKind::kInsert)
        return Error{sqlstate::kSyntaxError, "COPY FROM takes one condition behind WHERE"};
    auto& parts = static_cast<ParsedStatement&>(*parsed->front()).parts();
    try {
        if (survey(*parts.tree).has_subquery) {
            return Error{sqlstate::kFeatureNotSupported, "cannot use subquery in COPY FROM WHERE condition"};
        }
        auto& insert = parts.tree->Cast<duckdb::InsertStatement>();
        Result<BulkTable> table = Error{sqlstate::kInternalError, "the table was not looked up"};
        context_.RunFunctionInTransaction([&] {
            const duckdb::EntryLookupInfo lookup(duckdb::CatalogType::TABLE_ENTRY, insert.table);
            table = table_of(*duckdb::Catalog::GetEntry(context_, insert.catalog, insert.schema, lookup,
                                                        duckdb::OnEntryNotFound::THROW_EXCEPTION),
                             target.columns);
        });
        if (!table) return table.error();
        if (!session_->may_change(table->catalog)) return not_insertable(table->name, duckdb::CatalogType::INVALID);
        auto rows = duckdb::make_shared_ptr<duckdb::ColumnDataCollection>(context_, table->types);
        if (auto replaced = read_from(insert, rows, *table); !replaced) return replaced.error();
        auto prepared = prepare(std::move(parsed->front()), {});
        if (!prepared) return prepared.error();
        return std::unique_ptr<BulkInsert>(std::make_unique<GatheredInsert>(
            context_, *std::move(table), !target.where.empty(), std::move(rows), *std::move(prepared)));
    } catch (const std::exception& exception) {
        return to_error(exception);
    }
}

GatheredInsert::GatheredInsert(duckdb::ClientContext& context, BulkTable table, bool filtered,
                               duckdb::shared_ptr<duckdb::ColumnDataCollection> rows, std::unique_ptr<Prepared> insert)
    : context_(context),
      table_(std::move(table)),
      filtered_(filtered),
      rows_(std::move(rows)),
      insert_(std::move(insert)) {
    for (std::size_t i = 0; i < table_.types.size(); ++i)
        columns_.push_back({table_.columns[i], describe(table_.types[i])});
    chunk_.Initialize(duckdb::Allocator::DefaultAllocator(), table_.types);
    rows_->InitializeAppend(append_state_);
}

// ---------------------------------------------------------------- gathering

void GatheredInsert::keep(const RowFaults& faults, std::size_t rows) {
    chunk_.SetCardinality(faults.rows());
    duckdb::SelectionVector good(rows);
    std::size_t kept = 0;
    for (std::size_t row = 0; row < faults.rows(); ++row) {
        if (!faults.bad(row)) good.set_index(kept++, row);
    }
    if (kept < faults.rows()) chunk_.Slice(good, kept);
    if (kept > 0) rows_->Append(append_state_, chunk_);
}

// DuckDB would find them as well, but not say in which row. Rows that a WHERE leaves out may be NULL.
void GatheredInsert::refuse_nulls(RowFaults& faults) {
    for (std::size_t column = 0; column < table_.not_null.size() && !filtered_; ++column) {
        const duckdb::ValidityMask& validity = duckdb::FlatVector::Validity(chunk_.data[column]);
        if (!table_.not_null[column] || validity.AllValid()) continue;
        for (std::size_t row = 0; row < faults.rows(); ++row) {
            if (validity.RowIsValid(row)) continue;
            faults.note(row, std::nullopt,
                        {sqlstate::kNotNullViolation, "null value in column " + quoted(table_.columns[column]) +
                                                          " of relation " + quoted(table_.name) +
                                                          " violates not-null constraint"});
        }
    }
}

template <class Field, class Read>
std::vector<RowFault> GatheredInsert::gather_chunk(std::span<const Field> fields, OnFault on_fault, const Read& read) {
    const std::size_t width = table_.types.size(), rows = fields.size() / width;
    RowFaults faults(rows, on_fault == OnFault::kStop);
    chunk_.Reset();
    for (std::size_t column = 0; column < width; ++column) {
        read(context_, FieldColumn<Field>{fields, column, width}, chunk_.data[column], faults);
    }
    refuse_nulls(faults);
    keep(faults, rows);
    return faults.take();
}

template <class Field, class Read>
std::vector<RowFault> GatheredInsert::gather_chunks(std::span<const Field> fields, OnFault on_fault, const Read& read) {
    const std::size_t width = table_.types.size(), rows = fields.size() / width;
    std::vector<RowFault> all;
    std::size_t first = 0;
    try {
        for (; first < rows && (all.empty() || on_fault == OnFault::kSkip); first += STANDARD_VECTOR_SIZE) {
            const std::size_t count = std::min<std::size_t>(rows - first, STANDARD_VECTOR_SIZE);
            for (RowFault& fault : gather_chunk(fields.subspan(first * width, count * width), on_fault, read)) {
                fault.row += first;
                all.push_back(std::move(fault));
            }
        }
    } catch (const std::exception& exception) {
        all.push_back({first, std::nullopt, to_error(exception)});
    }
    return all;
}

std::vector<RowFault> GatheredInsert::gather(std::span<const TextField> fields, OnFault on_fault) {
    return gather_chunks(fields, on_fault, read_text_column);
}
std::vector<RowFault> GatheredInsert::gather(std::span<const ParameterValue> fields, OnFault on_fault) {
    return gather_chunks(fields, on_fault, read_value_column);
}

// ---------------------------------------------------------------- inserting

Result<std::uint64_t> GatheredInsert::run() {
    auto cursor = insert_->execute({});
    if (!cursor) return cursor.error();
    for (;;) {
        const auto chunk = (*cursor)->next();
        if (!chunk) return chunk.error();
        if (*chunk == nullptr) return (*cursor)->rows_affected();
    }
}

BulkInsert::Inserted GatheredInsert::insert() {
    try {
        if (rows_->Count() == 0) return {0, std::nullopt};
        Inserted inserted{run(), std::nullopt};
        if (!inserted.rows) inserted.row = row_at_fault(context_, table_, *rows_, inserted.rows.error());
        rows_->Reset();
        append_state_ = {};
        rows_->InitializeAppend(append_state_);
        return inserted;
    } catch (const std::exception& exception) {
        return {to_error(exception), std::nullopt};
    }
}

}  // namespace smew::engine
