#include "http/workspace_load.hpp"

#include "http/http_status.hpp"
#include "http/lookup.hpp"
#include "http/problem.hpp"
#include "http/render.hpp"
#include "http/sql_text.hpp"
#include "http/workspace_view.hpp"

#include <algorithm>
#include <charconv>

namespace smew::http {
namespace {

namespace json = boost::json;

// The table's name is what stands behind the last dot: buckets may have dots, tables never.
std::string_view table_of(std::string_view source) {
    return source.substr(source.rfind('.') + 1);
}
std::string_view bucket_of(std::string_view source) {
    const std::size_t dot = source.rfind('.');
    return dot == std::string_view::npos ? std::string_view() : source.substr(0, dot);
}

void check_destinations(const std::vector<LoadItem>& items) {
    for (std::size_t i = 0; i < items.size(); ++i) {
        for (std::size_t k = 0; k < i; ++k) {
            if (items[i].destination != items[k].destination) continue;
            fail_field("tables[" + std::to_string(i) + "]",
                       "its destination \"" + items[i].destination + "\" is another one's too");
        }
    }
}

Result<std::uint64_t> load_one(const catalog::Workspace& workspace, const LoadItem& item, Context& context) {
    const auto timeout =
        std::chrono::duration_cast<std::chrono::milliseconds>(context.live.now()->pgwire_query_timeout_seconds);
    if (Result<fleet::Rows> made = context.fleet.execute(workspace, load_sql(item), timeout); !made)
        return made.error();
    const Result<fleet::Rows> counted = context.fleet.execute(
        workspace, "SELECT count(*) FROM main." + quote_identifier(item.destination), kInternalStatementTimeout);
    if (!counted) return counted.error();
    std::uint64_t rows = 0;
    if (!counted->rows.empty() && !counted->rows[0].empty() && counted->rows[0][0]) {
        const std::string& text = *counted->rows[0][0];
        std::from_chars(text.data(), text.data() + text.size(), rows);
    }
    return rows;
}

}  // namespace

std::vector<LoadItem> read_load_items(const json::value& tables) {
    std::vector<LoadItem> items;
    for (const json::value& entry : tables.as_array()) {
        LoadItem item{.source = text_of(entry, "source").value(),
                      .columns = texts_of(entry, "columns"),
                      .where = text_of(entry, "where").value_or("")};
        item.destination = text_of(entry, "destination").value_or(std::string(table_of(item.source)));
        items.push_back(std::move(item));
    }
    check_destinations(items);
    return items;
}

std::vector<LoadItem> preload_items(const std::vector<std::string>& sources) {
    std::vector<LoadItem> items;
    for (const std::string& source : sources) {
        items.push_back({.source = source, .destination = std::string(table_of(source))});
    }
    check_destinations(items);
    return items;
}

Result<void> check_item(LoadItem& item, const ProjectId& project, Context& context) {
    if (Result<void> fine = catalog::check_table_name(item.destination); !fine) return fine;
    const Result<std::string> schema = catalog::schema_of_bucket(bucket_of(item.source));
    if (!schema) return schema.error();
    const Result<catalog::Table> table = context.store.table(project, *schema, table_of(item.source));
    if (!table) {
        if (table.error().code != sqlstate::kUndefinedObject) return table.error();
        return Error{sqlstate::kUndefinedTable, "the project has no table \"" + item.source + "\""};
    }
    for (const std::string& column : item.columns) {
        if (find_column(*table, column) != nullptr) continue;
        return Error{sqlstate::kUndefinedColumn, "the table has no column \"" + column + "\""};
    }
    if (!item.where.empty()) {
        if (Result<void> fine = check_expression(item.where); !fine) return fine;
    }
    item.schema = *schema;
    item.table = table->name;
    return {};
}

std::string load_sql(const LoadItem& item) {
    std::string columns;
    for (const std::string& column : item.columns) {
        if (!columns.empty()) columns += ", ";
        columns += quote_identifier(column);
    }
    if (columns.empty()) columns = "*";
    std::string sql = "CREATE OR REPLACE TABLE main." + quote_identifier(item.destination) + " AS SELECT " + columns +
                      " FROM " + quote_identifier(item.schema) + "." + quote_identifier(item.table);
    if (!item.where.empty()) sql += " WHERE (" + item.where + ")";
    return sql;
}

LoadOutcome load_tables(const catalog::Workspace& workspace, std::vector<LoadItem>& items, Context& context) {
    LoadOutcome outcome;
    const std::filesystem::path directory = context.layout.workspace_dir(workspace.number);
    for (LoadItem& item : items) {
        if (Result<void> fine = check_item(item, workspace.project, context); !fine) {
            outcome.failures.push_back({&item, fine.error()});
            continue;
        }
        const std::uint64_t before = storage::directory_size(directory).count;
        const Result<std::uint64_t> rows = load_one(workspace, item, context);
        if (!rows) {
            outcome.failures.push_back({&item, rows.error()});
            continue;
        }
        const std::uint64_t after = storage::directory_size(directory).count;
        outcome.loaded.push_back(json::object{{"source", item.source},
                                              {"destination", item.destination},
                                              {"rows", *rows},
                                              {"size_bytes", after > before ? after - before : 0}});
    }
    return outcome;
}

json::object render_failure(const LoadFailure& failure) {
    return {{"source", failure.item->source},
            {"destination", failure.item->destination},
            {"error", meaning_of(failure.error.code).code},
            {"message", failure.error.message}};
}

void fail_load(const LoadOutcome& outcome) {
    Problem problem = problem_of(outcome.failures.front().error);
    json::array failed;
    for (const LoadFailure& failure : outcome.failures) failed.push_back(render_failure(failure));
    problem.details["failed"] = std::move(failed);
    throw ProblemException(std::move(problem));
}

}  // namespace smew::http
