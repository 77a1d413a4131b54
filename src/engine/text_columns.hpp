#pragma once
// Columns of text into DuckDB's vectors: the forms PostgreSQL writes are read at once, all others as a parameter's text
// is (from_text), so that both mean the same and fail alike. Internal to engine/.

#include "engine/copy.hpp"

#include <duckdb/common/types/vector.hpp>

namespace duckdb {
class ClientContext;
}

namespace smew::engine {

// One column of some rows that lie row by row.
template <class Field>
struct FieldColumn {
    std::span<const Field> fields;  // of all rows and columns
    std::size_t column = 0, width = 1;

    const Field& operator[](std::size_t row) const { return fields[row * width + column]; }
};

// The rows of a chunk that cannot be taken, each with what was noted first.
class RowFaults {
public:
    RowFaults(std::size_t rows, bool stop) : rows_(rows), bad_(rows, false), stop_(stop) {}

    // How many rows are still worth looking at.
    std::size_t rows() const { return rows_; }
    bool bad(std::size_t row) const { return bad_[row]; }
    void note(std::size_t row, std::optional<std::size_t> column, Error error);
    // In order of the rows.
    std::vector<RowFault> take();

private:
    std::size_t rows_;
    std::vector<bool> bad_;
    bool stop_;
    std::vector<RowFault> faults_;
};

// Fills a flat vector of at least faults.rows() rows. Rows with a fault become NULL.
void read_text_column(duckdb::ClientContext& context, const FieldColumn<TextField>& from, duckdb::Vector& to,
                      RowFaults& faults);
void read_value_column(duckdb::ClientContext& context, const FieldColumn<ParameterValue>& from, duckdb::Vector& to,
                       RowFaults& faults);

}  // namespace smew::engine
