#include "engine/duckdb_listings.hpp"

#include "engine/catalog_function.hpp"
#include "engine/session_state.hpp"

#include <duckdb/common/exception.hpp>
#include <duckdb/main/client_context.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace smew::engine {
namespace {

using duckdb::idx_t;
using duckdb::Value;

// What of DuckDB's own a listing keeps: nothing, or functions and types, which everybody may use.
struct Listing {
    std::string_view function;
    bool keeps_builtins = false;
};
constexpr std::array kListings = {
    Listing{"duckdb_columns"},         Listing{"duckdb_constraints"}, Listing{"duckdb_databases"},
    Listing{"duckdb_functions", true}, Listing{"duckdb_indexes"},     Listing{"duckdb_schemas"},
    Listing{"duckdb_sequences"},       Listing{"duckdb_tables"},      Listing{"duckdb_types", true},
    Listing{"duckdb_views"},
};

const Listing& listing_of(std::string_view function) {
    return *std::ranges::find(kListings, function, &Listing::function);
}

// The function it guards travels in the function's own info.
struct Original : duckdb::TableFunctionInfo {
    explicit Original(duckdb::TableFunction from) : function(std::move(from)) {}
    const duckdb::TableFunction function;
};

struct Data : duckdb::TableFunctionData {
    Data(const Original& original_, const duckdb::vector<std::string>& names_,
         const duckdb::vector<duckdb::LogicalType>& types_)
        : original(original_.function), names(names_), types(types_) {}
    const duckdb::TableFunction& original;  // of the catalog's entry, which outlives every plan
    const duckdb::vector<std::string> names;
    const duckdb::vector<duckdb::LogicalType> types;
};

// Where in a chunk the columns are that matter; none where the listing has no such column, or nobody asked for it.
struct Columns {
    explicit Columns(const std::vector<std::string>& names)
        : database(place(names, "database_name")),
          schema(place(names, "schema_name")),
          internal(place(names, "internal")),
          function(place(names, "function_name")),
          path(place(names, "path")),
          definition(place(names, "macro_definition")) {}
    static std::optional<idx_t> place(const std::vector<std::string>& names, std::string_view name) {
        const auto found = std::ranges::find(names, name);
        if (found == names.end()) return std::nullopt;
        return static_cast<idx_t>(found - names.begin());
    }
    std::optional<idx_t> database, schema, internal, function, path, definition;
};

// What decides about a row, whether it was asked for or not.
constexpr std::array<std::string_view, 4> kDeciding = {"database_name", "schema_name", "internal", "function_name"};

// The original's columns that are read: those asked for, in front, and those that decide.
duckdb::vector<duckdb::column_t> columns_to_read(const Data& data, const duckdb::vector<duckdb::column_t>& asked) {
    duckdb::vector<duckdb::column_t> columns;
    if (data.original.projection_pushdown) columns = asked;
    for (duckdb::column_t i = 0; i < data.names.size(); ++i) {
        const bool decides = std::ranges::find(kDeciding, data.names[i]) != kDeciding.end();
        const bool known = std::ranges::find(columns, i) != columns.end();
        if (!known && (decides || !data.original.projection_pushdown)) columns.push_back(i);
    }
    return columns;
}

std::vector<std::string> names_of(const Data& data, const duckdb::vector<duckdb::column_t>& columns) {
    std::vector<std::string> names;
    for (const duckdb::column_t column : columns) names.push_back(column < data.names.size() ? data.names[column] : "");
    return names;
}

struct State final : duckdb::GlobalTableFunctionState {
    explicit State(const std::vector<std::string>& names) : columns(names) {}
    duckdb::unique_ptr<duckdb::GlobalTableFunctionState> original;
    Columns columns;
    duckdb::DataChunk read;
    const Listing* listing = nullptr;
};

duckdb::unique_ptr<duckdb::FunctionData> bind(duckdb::ClientContext& context, duckdb::TableFunctionBindInput& input,
                                              duckdb::vector<duckdb::LogicalType>& types,
                                              duckdb::vector<std::string>& names) {
    const auto& original = input.info->Cast<Original>();
    if (original.function.bind(context, input, types, names) != nullptr) {
        throw duckdb::InternalException("a listing of DuckDB has data of its own");
    }
    return duckdb::make_uniq<Data>(original, names, types);
}

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> init(duckdb::ClientContext& context,
                                                          duckdb::TableFunctionInitInput& input) {
    const auto& data = input.bind_data->Cast<Data>();
    const auto columns = columns_to_read(data, input.column_ids);
    auto state = duckdb::make_uniq<State>(names_of(data, columns));
    duckdb::TableFunctionInitInput inner(nullptr, columns, {}, nullptr);
    state->original = data.original.init_global(context, inner);
    duckdb::vector<duckdb::LogicalType> types;
    for (const duckdb::column_t column : columns) {
        types.push_back(column < data.types.size() ? data.types[column] : duckdb::LogicalType::BIGINT);
    }
    state->read.Initialize(context, types);
    state->listing = &listing_of(data.original.name);
    return state;
}

// One row of a chunk, read and rewritten.
class Line {
public:
    Line(State& state, const SessionState& session, idx_t row)
        : columns_(state.columns),
          keeps_builtins_(state.listing->keeps_builtins),
          session_(session),
          chunk_(state.read),
          row_(row),
          database_(text(columns_.database)),
          schema_(text(columns_.schema)),
          internal_(flag(columns_.internal)) {}

    bool shows() const {
        if (columns_.function && is_internal_function(text(columns_.function))) return false;
        // The workspace's main is DuckDB's own and the users' public.
        if (is_own()) return !internal_ || schema_ == "main";
        if (database_ == "temp") return !internal_;
        return keeps_builtins_ && database_ == "system";
    }

    void rewrite() {
        if (database_ == "system" || is_own()) set(columns_.database, Value(session_.facts().identity().database));
        if (schema_ == "main") set(columns_.schema, Value(shown_schema()));
        set(columns_.path, Value());
        if (internal_) set(columns_.definition, Value());
    }

private:
    bool is_own() const { return database_ == session_.own_catalog(); }
    const char* shown_schema() const {
        if (database_ == "temp") return "pg_temp";
        return is_own() ? "public" : "pg_catalog";
    }

    std::string text(std::optional<idx_t> column) const {
        if (!column) return {};
        const Value value = chunk_.GetValue(*column, row_);
        return value.IsNull() ? std::string() : value.ToString();
    }
    bool flag(std::optional<idx_t> column) const { return column && text(column) == "true"; }
    void set(std::optional<idx_t> column, const Value& value) {
        if (column) chunk_.SetValue(*column, row_, value);
    }

    const Columns& columns_;
    const bool keeps_builtins_;
    const SessionState& session_;
    duckdb::DataChunk& chunk_;
    const idx_t row_;
    const std::string database_, schema_;
    const bool internal_;
};

void keep_what_shows(State& state, const SessionState& session) {
    duckdb::SelectionVector kept(state.read.size());
    idx_t count = 0;
    for (idx_t row = 0; row < state.read.size(); ++row) {
        Line line(state, session, row);
        if (!line.shows()) continue;
        line.rewrite();
        kept.set_index(count++, row);
    }
    if (count < state.read.size()) state.read.Slice(kept, count);
}

void list(duckdb::ClientContext& context, duckdb::TableFunctionInput& input, duckdb::DataChunk& output) {
    const auto& data = input.bind_data->Cast<Data>();
    auto& state = input.global_state->Cast<State>();
    const auto session = SessionState::of(context);
    duckdb::TableFunctionInput inner(nullptr, nullptr, state.original.get());
    // A chunk without rows would be the end.
    do {
        state.read.Reset();
        data.original.function(context, inner, state.read);
        if (state.read.size() == 0) break;
        if (session) keep_what_shows(state, *session);
    } while (state.read.size() == 0);
    for (idx_t i = 0; i < output.ColumnCount(); ++i) output.data[i].Reference(state.read.data[i]);
    output.SetCardinality(state.read.size());
}

}  // namespace

bool is_duckdb_listing(std::string_view function) {
    return std::ranges::find(kListings, function, &Listing::function) != kListings.end();
}

void guard_listing(duckdb::TableFunction& function) {
    function.function_info = duckdb::make_shared_ptr<Original>(function);
    function.bind = bind;
    function.init_global = init;
    function.function = list;
}

}  // namespace smew::engine
