#pragma once
// One walk over a statement's parse tree: what it names, for the gate, for name rewriting and for parameter types.
// Internal to engine/. The pointers stay good as long as the tree lives and no node above them is replaced.

#include <duckdb/parser/parsed_expression.hpp>
#include <duckdb/parser/query_node.hpp>
#include <duckdb/parser/sql_statement.hpp>
#include <duckdb/parser/tableref.hpp>

#include <set>
#include <string>
#include <vector>

namespace duckdb {
class BaseTableRef;
class CastExpression;
class ColumnRefExpression;
class ExpressionListRef;
class FunctionExpression;
class ParameterExpression;
class ShowRef;
class StarExpression;
class TableFunctionRef;
class WindowExpression;
struct CreateInfo;
struct AlterInfo;
struct CreateMacroInfo;
struct VacuumInfo;
class UpdateSetInfo;
}  // namespace duckdb

namespace smew::engine {

// What a statement changes: the names as written, as places that may be rewritten.
struct Target {
    std::string* catalog = nullptr;
    std::string* schema = nullptr;
    std::string* name = nullptr;  // nullptr: the schema itself
    const char* verb = "";        // "INSERT", "CREATE TABLE"
    bool creates = false;         // CREATE …: the name need not exist
    bool is_macro = false;
};

// `catalog.schema.name` of a function call.
struct CalledFunction {
    std::string* catalog;
    std::string* schema;
    const std::string* name;
};

struct Parameter {
    duckdb::unique_ptr<duckdb::ParsedExpression>* slot;  // holds a ParameterExpression
    const duckdb::LogicalType* cast_to;                  // of the cast right around it; nullptr: none
};

struct TreeParts {
    std::vector<duckdb::BaseTableRef*> tables;  // read or changed
    std::vector<duckdb::TableFunctionRef*> table_functions;
    std::vector<duckdb::ShowRef*> shows;
    std::vector<duckdb::ColumnRefExpression*> columns;
    std::vector<duckdb::StarExpression*> stars;
    std::vector<duckdb::CastExpression*> casts;
    std::vector<CalledFunction> functions;
    std::vector<Parameter> parameters;
    std::vector<Target> targets;
    // The lists that name columns: of SELECT, except where names decide which columns are one (UNION BY NAME), and of
    // RETURNING.
    std::vector<duckdb::vector<duckdb::unique_ptr<duckdb::ParsedExpression>>*> column_lists;
    std::vector<duckdb::ExpressionListRef*> value_lists;
    std::set<std::string> cte_names;  // lower case
    bool has_subquery = false;        // as an expression
};

// What rewrites a tree sees of it: each node after all below it. A slot's expression may be replaced.
class TreeVisitor {
public:
    virtual ~TreeVisitor() = default;
    virtual void expression(duckdb::unique_ptr<duckdb::ParsedExpression>&) {}
    virtual void query(duckdb::QueryNode&) {}
    virtual void table(duckdb::TableRef&) {}
};

void visit(duckdb::SQLStatement& statement, TreeVisitor& visitor);

TreeParts survey(duckdb::SQLStatement& statement);
TreeParts survey(duckdb::unique_ptr<duckdb::ParsedExpression>& expression);

}  // namespace smew::engine
