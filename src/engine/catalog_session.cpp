// What pg_prepared_statements and pg_cursors list.
#include "engine/catalog_session.hpp"

#include "engine/catalog_function.hpp"
#include "engine/native_functions.hpp"
#include "engine/session_objects.hpp"

namespace smew::engine {
namespace {

using PreparedRow = SessionObjects::PreparedRow;
using CursorRow = SessionObjects::CursorRow;

const SessionObjects* objects_of(duckdb::ClientContext& context) {
    return dynamic_cast<const SessionObjects*>(&facts_of(context));
}

std::vector<PreparedRow> statements(duckdb::ClientContext& context) {
    const SessionObjects* const session = objects_of(context);
    return session == nullptr ? std::vector<PreparedRow>() : session->prepared_statements();
}

std::vector<CursorRow> cursors(duckdb::ClientContext& context) {
    const SessionObjects* const session = objects_of(context);
    return session == nullptr ? std::vector<CursorRow>() : session->cursors();
}

}  // namespace

duckdb::TableFunction catalog_prepared_statements() {
    return table_function(CatalogFunction<PreparedRow>{
        "smew_prepared_statements",
        {column("name", "text", &PreparedRow::name), column("statement", "text", &PreparedRow::statement),
         column("prepared", "int8", &PreparedRow::prepared_micros),
         column("types", "regtype[]", &PreparedRow::parameter_types), column("by_sql", "bool", &PreparedRow::by_sql)},
        statements});
}

duckdb::TableFunction catalog_cursors() {
    return table_function(CatalogFunction<CursorRow>{
        "smew_cursors",
        {column("name", "text", &CursorRow::name), column("statement", "text", &CursorRow::statement),
         column("holdable", "bool", &CursorRow::holdable), column("is_binary", "bool", &CursorRow::binary),
         column("scrollable", "bool", &CursorRow::scrollable), column("opened", "int8", &CursorRow::opened_micros)},
        cursors});
}

}  // namespace smew::engine
