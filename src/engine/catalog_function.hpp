#pragma once
// A table function declared as a table: how its rows are found, and what each column takes from a row. Internal to
// engine/; SQL of pgcatalog/ reads them, users do not.

#include "engine/catalog_types.hpp"

#include <duckdb/function/table_function.hpp>
#include <duckdb/main/client_context.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace smew::engine {

// ---- one value into a column, which has the value's own layout

template <class T>
requires std::is_arithmetic_v<T>
void put(duckdb::Vector& out, duckdb::idx_t at, T value) {
    duckdb::FlatVector::GetData<T>(out)[at] = value;
}
inline void put(duckdb::Vector& out, duckdb::idx_t at, std::string_view text) {
    duckdb::FlatVector::GetData<duckdb::string_t>(out)[at] =
        duckdb::StringVector::AddString(out, text.data(), text.size());
}
inline void put(duckdb::Vector& out, duckdb::idx_t at, const std::string& text) {
    put(out, at, std::string_view(text));
}
// One letter, as relkind; '\0' is the empty text.
inline void put(duckdb::Vector& out, duckdb::idx_t at, char letter) {
    put(out, at, std::string_view(&letter, letter == '\0' ? 0 : 1));
}
template <class T>
void put(duckdb::Vector& out, duckdb::idx_t at, const std::vector<T>& values) {
    const duckdb::idx_t first = duckdb::ListVector::GetListSize(out);
    duckdb::ListVector::Reserve(out, first + values.size());
    auto& elements = duckdb::ListVector::GetEntry(out);
    for (std::size_t i = 0; i < values.size(); ++i) put(elements, first + i, values[i]);
    duckdb::ListVector::SetListSize(out, first + values.size());
    duckdb::FlatVector::GetData<duckdb::list_entry_t>(out)[at] = {first, values.size()};
}
template <class T>
void put(duckdb::Vector& out, duckdb::idx_t at, const std::optional<T>& value) {
    if (value) return put(out, at, *value);
    duckdb::FlatVector::SetNull(out, at, true);
}

// ---- the declaration

template <class Row>
struct CatalogColumn {
    std::string name;
    duckdb::LogicalType type;
    std::function<void(const Row&, duckdb::Vector&, duckdb::idx_t)> write;
};

// `typname`: catalog_type()'s; its layout must be Field's.
template <class Row, class Field>
CatalogColumn<Row> column(const char* name, std::string_view typname, Field Row::*field) {
    return {name, catalog_type(typname),
            [field](const Row& row, duckdb::Vector& out, duckdb::idx_t at) { put(out, at, row.*field); }};
}

template <class Row>
struct CatalogFunction {
    std::string name;
    std::vector<CatalogColumn<Row>> columns;
    std::vector<Row> (*collect)(duckdb::ClientContext&);
    // Makes it look larger than it is to the order of joins: the largest side is the one whose rows keep their order.
    duckdb::idx_t weight = 1;
};

// ---- the table function of it

template <class Row>
class CatalogScan {
public:
    // Of the catalog's entry, which outlives every plan.
    struct Info final : duckdb::TableFunctionInfo {
        explicit Info(CatalogFunction<Row> function_) : function(std::move(function_)) {}
        const CatalogFunction<Row> function;
        // How many there were last time: what joins are ordered by.
        std::atomic<duckdb::idx_t> rows{1000};
    };
    struct BindData final : duckdb::TableFunctionData {
        explicit BindData(Info& info_) : info(info_) {}
        Info& info;
    };
    struct State final : duckdb::GlobalTableFunctionState {
        std::vector<Row> rows;
        std::vector<duckdb::column_t> columns;
        std::size_t next = 0;
    };

    static duckdb::TableFunction make(CatalogFunction<Row> function) {
        duckdb::TableFunction made(function.name, {}, scan, bind, init);
        made.projection_pushdown = true;
        made.cardinality = expected_rows;
        made.function_info = duckdb::make_shared_ptr<Info>(std::move(function));
        return made;
    }

private:
    static duckdb::unique_ptr<duckdb::FunctionData> bind(duckdb::ClientContext&, duckdb::TableFunctionBindInput& input,
                                                         duckdb::vector<duckdb::LogicalType>& types,
                                                         duckdb::vector<std::string>& names) {
        Info& info = input.info->Cast<Info>();
        for (const CatalogColumn<Row>& column : info.function.columns) {
            names.push_back(column.name);
            types.push_back(column.type);
        }
        return duckdb::make_uniq<BindData>(info);
    }

    static duckdb::unique_ptr<duckdb::NodeStatistics> expected_rows(duckdb::ClientContext&,
                                                                    const duckdb::FunctionData* data) {
        const Info& info = data->Cast<BindData>().info;
        return duckdb::make_uniq<duckdb::NodeStatistics>(info.rows.load() * info.function.weight);
    }

    static duckdb::unique_ptr<duckdb::GlobalTableFunctionState> init(duckdb::ClientContext& context,
                                                                     duckdb::TableFunctionInitInput& input) {
        auto state = duckdb::make_uniq<State>();
        Info& info = input.bind_data->Cast<BindData>().info;
        state->rows = info.function.collect(context);
        info.rows = state->rows.size();
        state->columns.assign(input.column_ids.begin(), input.column_ids.end());
        return state;
    }

    static void scan(duckdb::ClientContext&, duckdb::TableFunctionInput& input, duckdb::DataChunk& output) {
        const auto& columns = input.bind_data->Cast<BindData>().info.function.columns;
        auto& state = input.global_state->Cast<State>();
        const std::size_t count = std::min<std::size_t>(STANDARD_VECTOR_SIZE, state.rows.size() - state.next);
        for (std::size_t i = 0; i < state.columns.size(); ++i) {
            duckdb::Vector& out = output.data[i];
            if (state.columns[i] >= columns.size()) {  // a row's number, asked for where rows are only counted
                out.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
                duckdb::ConstantVector::SetNull(out, true);
                continue;
            }
            const auto& write = columns[state.columns[i]].write;
            for (std::size_t row = 0; row < count; ++row) write(state.rows[state.next + row], out, row);
        }
        state.next += count;
        output.SetCardinality(count);
    }
};

template <class Row>
duckdb::TableFunction table_function(CatalogFunction<Row> function) {
    return CatalogScan<Row>::make(std::move(function));
}

// ---- all of them

duckdb::TableFunction catalog_schemas();
duckdb::TableFunction catalog_relations();
duckdb::TableFunction catalog_columns();
duckdb::TableFunction catalog_constraints();
duckdb::TableFunction catalog_indexes();
duckdb::TableFunction catalog_sequences();
duckdb::TableFunction catalog_types();
duckdb::TableFunction catalog_enum_labels();
duckdb::TableFunction catalog_procedures();
duckdb::TableFunction catalog_roles();
duckdb::TableFunction catalog_databases();
duckdb::TableFunction catalog_settings();
duckdb::TableFunction catalog_dependencies();
duckdb::TableFunction catalog_keywords();  // users call this one

using MakeTableFunction = duckdb::TableFunction (*)();
std::span<const MakeTableFunction> catalog_functions();
// One of those that only the views of the catalogs may call.
bool is_internal_function(std::string_view name);

}  // namespace smew::engine
