#pragma once
// What COPY needs of the engine: rows from outside into a table, thousands at a time, and a query's rows as a file.
// As everything of a connection: one thread at a time, one cursor or one of these running at a time.

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "engine/engine.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace smew::engine {

struct BulkTarget {
    std::string table;                 // as SQL writes it: "s"."t"
    std::vector<std::string> columns;  // none: all that are not generated
    std::string where;                 // SQL over the columns; empty: every row
};

// A row that cannot be taken: its place among the rows given or gathered, and the column's, where one is to blame.
struct RowFault {
    std::size_t row = 0;
    std::optional<std::size_t> column;
    Error error;
};

using TextField = std::optional<std::string_view>;  // PostgreSQL's text form, UTF-8; nullopt: NULL

// Rows gathered in the table's own types and inserted by one INSERT, which the gate, defaults and constraints see like
// any other. Nothing is inserted before insert() is called.
class BulkInsert {
public:
    enum class OnFault : std::uint8_t {
        kStop,  // rows behind the first fault are not looked at
        kSkip,  // rows with a fault are left out
    };
    struct Inserted {
        Result<std::uint64_t> rows;      // their number
        std::optional<std::size_t> row;  // of the error: which of the gathered rows is at fault, where that is known
    };

    virtual ~BulkInsert() = default;
    virtual const std::vector<ResultColumn>& columns() const = 0;
    // Gathers rows: for each the fields of all columns, one behind the other. Gives the rows that cannot be converted,
    // in order. A failure of another kind is a fault without a column.
    virtual std::vector<RowFault> gather(std::span<const TextField> fields, OnFault on_fault) = 0;
    virtual std::vector<RowFault> gather(std::span<const ParameterValue> fields, OnFault on_fault) = 0;
    virtual std::size_t gathered_rows() const = 0;
    virtual Bytes gathered_bytes() const = 0;
    // Inserts what was gathered, and begins anew.
    virtual Inserted insert() = 0;
};

struct FileFormat {
    struct Option {
        std::string name, value;
    };
    std::string name;  // of a format DuckDB writes: "parquet", "json"
    std::vector<Option> options;
};

// A file while it is written. What is not read yet is bounded: the writer waits. Destroyed early, it stops the query.
class FileStream {
public:
    virtual ~FileStream() = default;
    // The next bytes, good until the next call; nullopt at the end.
    virtual Result<std::optional<ByteSpan>> next() = 0;
    virtual std::uint64_t rows() const = 0;  // once next() gave nullopt
};

}  // namespace smew::engine
