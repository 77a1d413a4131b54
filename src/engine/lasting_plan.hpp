#pragma once
// A plan that holds for all values of a statement's parameters and all rows of its tables, as PostgreSQL's generic
// plans do. DuckDB itself plans a statement that reads tables anew for each set of values, which takes several times as
// long as it takes to read a small table (ADR 0013). Internal to engine/.

#include <duckdb/common/case_insensitive_map.hpp>
#include <duckdb/execution/operator/scan/physical_table_scan.hpp>
#include <duckdb/main/client_context.hpp>
#include <duckdb/main/prepared_statement_data.hpp>
#include <duckdb/parser/sql_statement.hpp>
#include <duckdb/planner/logical_operator.hpp>
#include <duckdb/planner/table_filter.hpp>

#include <string>
#include <vector>

namespace smew::engine {

class LastingPlan {
public:
    using Values = duckdb::case_insensitive_map_t<duckdb::BoundParameterData>;

    // Binds and plans. Without data() when no plan of this statement can last, or would not be worth it.
    static LastingPlan make(duckdb::ClientContext& context, duckdb::unique_ptr<duckdb::SQLStatement> statement);

    LastingPlan() = default;

    // What DuckDB executes; nullptr for none.
    const duckdb::shared_ptr<duckdb::PreparedStatementData>& data() const { return data_; }

    // True while its tables are so small that planning with the values at hand would not pay. In a transaction.
    bool worth_it(duckdb::ClientContext& context) const;

    // To be called before each execution: lets the scans leave out what the values rule out.
    void narrow(duckdb::ClientContext& context, const Values& values) const;

    // A comparison of a scanned column with a value that is known before the execution, which the plan's filters make
    // as well.
    struct Bound {
        duckdb::shared_ptr<duckdb::DynamicTableFilterSet> scan;
        duckdb::idx_t column;  // of those the scan reads
        duckdb::LogicalType type;
        duckdb::ExpressionType comparison;
        // One of the three.
        std::string parameter;
        duckdb::Value constant;
        duckdb::unique_ptr<duckdb::Expression> expression;  // of constants and settings of the session
        bool unique;  // no two rows have the same value in this column, and the comparison is for equality
    };

private:
    // A scan of the plan that reads more than a row.
    struct Scan {
        const duckdb::PhysicalTableScan* op;
        duckdb::idx_t columns;
    };
    duckdb::idx_t columns_read(const duckdb::PhysicalTableScan& scan) const;
    void weigh_scans(const duckdb::PhysicalOperator& op);

    duckdb::shared_ptr<duckdb::PreparedStatementData> data_;
    std::vector<Bound> bounds_;
    std::vector<Scan> scans_;  // of data_
};

// Called by DuckDB's hooks before and after any plan of this connection is optimized.
void before_optimizing_to_last(duckdb::ClientContext& context, duckdb::LogicalOperator& plan);
void after_optimizing_to_last(duckdb::ClientContext& context, duckdb::LogicalOperator& plan);

}  // namespace smew::engine
