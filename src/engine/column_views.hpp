#pragma once
// Views of DuckDB's chunks in the layouts of types.hpp. Internal to engine/.

#include "engine/types.hpp"

#include <duckdb/common/types/data_chunk.hpp>

#include <memory>
#include <vector>

namespace duckdb {
class ClientContext;
}

namespace smew::engine {

// Turns the chunks of one result into views, one after the other. A view is good until the next is made.
class ChunkViews {
public:
    ChunkViews(duckdb::ClientContext& context, const duckdb::vector<duckdb::LogicalType>& types,
               std::shared_ptr<const std::vector<Type>> described);

    // Takes the chunk. Throws what DuckDB's casts throw.
    const Chunk& view(duckdb::unique_ptr<duckdb::DataChunk> chunk);

private:
    void fill(duckdb::Vector& vector, const Type& type, std::uint64_t rows, ColumnView& out);
    void fill_nested(duckdb::Vector& vector, const Type& type, std::uint64_t rows, ColumnView& out);

    duckdb::ClientContext& context_;
    std::shared_ptr<const std::vector<Type>> types_;  // shared with the Prepared they come from
    // Columns without a layout of ours: what they are cast to, and the vector that holds the cast values. `beside`: the
    // cast values are the view's child, since the column is read as well.
    struct Cast {
        std::size_t column;
        duckdb::LogicalType to;
        std::unique_ptr<duckdb::Vector> values;
        bool beside = false;
    };
    std::vector<Cast> casts_;
    duckdb::unique_ptr<duckdb::DataChunk> chunk_;
    Chunk view_;
};

}  // namespace smew::engine
