#include "engine/column_views.hpp"

#include "engine/type_map.hpp"
#include "engine/type_names.hpp"

#include <duckdb/common/vector_operations/vector_operations.hpp>
#include <duckdb/function/cast/cast_function_set.hpp>
#include <duckdb/main/client_context.hpp>

namespace smew::engine {

namespace {

// DuckDB casts a NULL of type VARIANT to the JSON text "null".
void keep_nulls(duckdb::Vector& from, duckdb::Vector& to, std::uint64_t rows) {
    duckdb::UnifiedVectorFormat format;
    from.ToUnifiedFormat(rows, format);
    if (format.validity.AllValid()) return;
    to.Flatten(rows);
    for (std::uint64_t row = 0; row < rows; ++row) {
        if (!format.validity.RowIsValid(format.sel->get_index(row))) duckdb::FlatVector::SetNull(to, row, true);
    }
}

}  // namespace

ChunkViews::ChunkViews(duckdb::ClientContext& context, const duckdb::vector<duckdb::LogicalType>& types,
                       std::shared_ptr<const std::vector<Type>> described)
    : context_(context), types_(std::move(described)) {
    for (std::size_t i = 0; i < types.size(); ++i) {
        duckdb::LogicalType readable = readable_type(types[i]);
        if (readable != types[i]) casts_.push_back({i, std::move(readable), nullptr});
        if (is_object_reference(types[i])) casts_.push_back({i, duckdb::LogicalType::VARCHAR, nullptr, true});
    }
    view_.columns.resize(types.size());
}

const Chunk& ChunkViews::view(duckdb::unique_ptr<duckdb::DataChunk> chunk) {
    chunk_ = std::move(chunk);
    view_.rows = chunk_->size();
    for (Cast& cast : casts_) {
        cast.values = std::make_unique<duckdb::Vector>(cast.to, std::max<duckdb::idx_t>(view_.rows, 1));
        duckdb::VectorOperations::Cast(context_, chunk_->data[cast.column], *cast.values, view_.rows);
        keep_nulls(chunk_->data[cast.column], *cast.values, view_.rows);
    }
    auto cast = casts_.begin();
    for (std::size_t i = 0; i < view_.columns.size(); ++i) {
        const bool is_cast = cast != casts_.end() && cast->column == i;
        const bool beside = is_cast && cast->beside;
        const Type& type = (*types_)[i];
        fill(is_cast && !beside ? *cast->values : chunk_->data[i], type, view_.rows, view_.columns[i]);
        if (beside) fill(*cast->values, type.children.front(), view_.rows, view_.columns[i].children.front());
        if (is_cast) ++cast;
    }
    return view_;
}

void ChunkViews::fill(duckdb::Vector& vector, const Type& type, std::uint64_t rows, ColumnView& out) {
    vector.Flatten(rows);
    const duckdb::ValidityMask& validity = duckdb::FlatVector::Validity(vector);
    out.type = &type;
    out.validity = validity.AllValid() ? nullptr : validity.GetData();
    fill_nested(vector, type, rows, out);
}

void ChunkViews::fill_nested(duckdb::Vector& vector, const Type& type, std::uint64_t rows, ColumnView& out) {
    out.children.resize(type.children.size());
    switch (type.id) {
        case TypeId::kList:
        case TypeId::kMap:
            out.data = duckdb::FlatVector::GetData(vector);
            fill(duckdb::ListVector::GetEntry(vector), type.children[0], duckdb::ListVector::GetListSize(vector),
                 out.children[0]);
            break;
        case TypeId::kArray:
            out.data = nullptr;
            fill(duckdb::ArrayVector::GetEntry(vector), type.children[0], rows * type.array_size, out.children[0]);
            break;
        case TypeId::kStruct: {
            out.data = nullptr;
            auto& fields = duckdb::StructVector::GetEntries(vector);
            for (std::size_t i = 0; i < type.children.size(); ++i)
                fill(*fields[i], type.children[i], rows, out.children[i]);
            break;
        }
        case TypeId::kUnion: {
            out.data = nullptr;
            // The tag, then the members, as DuckDB keeps them.
            static const Type kTag{TypeId::kUTinyInt};
            auto& fields = duckdb::StructVector::GetEntries(vector);
            out.children.resize(type.children.size() + 1);
            fill(*fields[0], kTag, rows, out.children[0]);
            for (std::size_t i = 0; i < type.children.size(); ++i)
                fill(*fields[i + 1], type.children[i], rows, out.children[i + 1]);
            break;
        }
        case TypeId::kNull:
            out.data = nullptr;
            break;
        default:
            out.data = duckdb::FlatVector::GetData(vector);
            break;
    }
}

}  // namespace smew::engine
