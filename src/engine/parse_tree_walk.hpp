#pragma once
// The walk behind survey(): queries and expressions in parse_tree.cpp, statements in parse_tree_statements.cpp.

#include "engine/parse_tree.hpp"

namespace duckdb {
class SelectNode;
struct CreateTableInfo;
class PivotRef;
class SelectStatement;
}  // namespace duckdb

namespace smew::engine {

class TreeWalk {
public:
    explicit TreeWalk(TreeParts& parts, TreeVisitor* visitor = nullptr) : parts_(parts), visitor_(visitor) {}

    void statement(duckdb::SQLStatement& statement);
    void expression(duckdb::unique_ptr<duckdb::ParsedExpression>& slot);

private:
    void expressions(duckdb::vector<duckdb::unique_ptr<duckdb::ParsedExpression>>& list);
    void note(duckdb::unique_ptr<duckdb::ParsedExpression>& slot);
    void query(duckdb::SelectStatement& select);
    void query(duckdb::QueryNode& node);
    void ctes(duckdb::CommonTableExpressionMap& map);
    void modifiers(duckdb::QueryNode& node);
    void set_operation(duckdb::QueryNode& node);
    void select(duckdb::SelectNode& node);
    void returning(duckdb::vector<duckdb::unique_ptr<duckdb::ParsedExpression>>& list);
    void pivot(duckdb::PivotRef& pivot);
    void table(duckdb::TableRef& ref);

    void insert(duckdb::SQLStatement& statement);
    void update(duckdb::SQLStatement& statement);
    void remove(duckdb::SQLStatement& statement);
    void merge(duckdb::SQLStatement& statement);
    void create(duckdb::CreateInfo& info);
    void create_macro(duckdb::CreateMacroInfo& info);
    void alter(duckdb::AlterInfo& info);
    void analyze(duckdb::SQLStatement& statement);
    void drop(duckdb::SQLStatement& statement);

    void set_info(duckdb::UpdateSetInfo* info);
    // A table that is changed and, for UPDATE … FROM and the like, also read.
    void changed_table(duckdb::TableRef* ref, const char* verb);

    void columns(duckdb::CreateTableInfo& info);

    TreeParts& parts_;
    TreeVisitor* visitor_;
    const duckdb::LogicalType* cast_around_ = nullptr;  // set while the walk stands right below a cast
    bool by_name_ = false;                              // within UNION BY NAME
};

}  // namespace smew::engine
