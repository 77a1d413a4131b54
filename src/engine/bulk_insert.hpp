#pragma once
// BulkInsert as the engine makes it: rows are gathered in a ColumnDataCollection, which a prepared INSERT … SELECT
// reads. Internal to engine/.

#include "engine/copy.hpp"
#include "engine/session_state.hpp"
#include "engine/text_columns.hpp"

#include <duckdb/common/types/column/column_data_collection.hpp>
#include <duckdb/common/types/data_chunk.hpp>

#include <memory>
#include <string>
#include <vector>

namespace smew::engine {

// What the catalog says of the table rows go to.
struct BulkTable {
    std::string catalog, schema, name;
    duckdb::vector<std::string> columns;  // that are filled, in order
    duckdb::vector<duckdb::LogicalType> types;
    std::vector<bool> not_null;
};

class GatheredInsert final : public BulkInsert {
public:
    // `insert` reads `rows`.
    GatheredInsert(duckdb::ClientContext& context, BulkTable table, bool filtered,
                   duckdb::shared_ptr<duckdb::ColumnDataCollection> rows, std::unique_ptr<Prepared> insert);

    const std::vector<ResultColumn>& columns() const override { return columns_; }
    std::vector<RowFault> gather(std::span<const TextField> fields, OnFault on_fault) override;
    std::vector<RowFault> gather(std::span<const ParameterValue> fields, OnFault on_fault) override;
    std::size_t gathered_rows() const override { return rows_->Count(); }
    Bytes gathered_bytes() const override { return {rows_->SizeInBytes()}; }
    Inserted insert() override;

private:
    template <class Field, class Read>
    std::vector<RowFault> gather_chunks(std::span<const Field> fields, OnFault on_fault, const Read& read);
    template <class Field, class Read>
    std::vector<RowFault> gather_chunk(std::span<const Field> fields, OnFault on_fault, const Read& read);
    void keep(const RowFaults& faults, std::size_t rows);
    void refuse_nulls(RowFaults& faults);
    Result<std::uint64_t> run();

    duckdb::ClientContext& context_;
    const BulkTable table_;
    const bool filtered_;  // by a WHERE
    std::vector<ResultColumn> columns_;
    duckdb::shared_ptr<duckdb::ColumnDataCollection> rows_;
    duckdb::ColumnDataAppendState append_state_;
    duckdb::DataChunk chunk_;
    std::unique_ptr<Prepared> insert_;
};

// Which of the rows violates a constraint of the table, after an INSERT of them failed with that error.
std::optional<std::size_t> row_at_fault(duckdb::ClientContext& context, const BulkTable& table,
                                        const duckdb::ColumnDataCollection& rows, const Error& error);

}  // namespace smew::engine
