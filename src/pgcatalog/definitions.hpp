#pragma once
// What PostgreSQL's catalogs hold and DuckDB lacks or tells otherwise, declared once: relations and macros as DuckDB
// SQL. The engine makes an entry of its system catalog of each at first use, in the place of DuckDB's own of that name;
// what needs more than SQL is a function of the engine that these call (engine/).
//
// Source: PostgreSQL 15 documentation, chapter 53 "System Catalogs", chapter 37 "The Information Schema", 9.26 "System
// Information Functions and Operators".

#include <span>
#include <string_view>

namespace smew::pgcatalog {

// What fills a relation of pg_catalog or information_schema; which there are, and the types of their columns, is in
// system_relations.hpp. Columns that the query does not name are NULL.
struct Relation {
    std::string_view schema;
    std::string_view name;
    std::string_view query;  // SELECT …, every column with a name
};

// A macro of schema pg_catalog, which every search path ends in: called with and without the schema.
struct Macro {
    std::string_view name;
    std::string_view definition;  // what follows the name in CREATE MACRO: "(a, b) AS a + b", overloads behind commas
};

// A function of pg_catalog that gives rows, called in FROM; a macro of the same name may stand for it elsewhere.
struct TableMacro {
    std::string_view name;
    std::string_view definition;  // "(a, b) AS TABLE SELECT …", overloads behind commas
    // The rows are single values without a name of their own: FROM f(x) AS n calls the column n, too.
    bool unnamed = false;
};

std::span<const Relation> relations();
std::span<const Macro> macros();
std::span<const TableMacro> table_macros();

}  // namespace smew::pgcatalog
