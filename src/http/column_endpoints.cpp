#include "http/endpoints.hpp"
#include "http/problem.hpp"
#include "http/render.hpp"
#include "http/sql_text.hpp"
#include "http/table_work.hpp"

#include <algorithm>

namespace smew::http::endpoints {
namespace {

namespace json = boost::json;

Response changed_table(const Rewritten& done, int status = 200) {
    return json_response(render(done.place.table, done.place.bucket), status);
}

std::size_t column_index(const catalog::Table& table, const std::string& name) {
    const link::ColumnSpec* column = find_column(table, name);
    if (column == nullptr)
        fail(404, "column_not_found", "the table has no column \"" + name + "\"", {{"column", name}});
    return static_cast<std::size_t>(column - table.columns.data());
}

bool in_primary_key(const catalog::Table& table, const std::string& name) {
    return std::find(table.primary_key.begin(), table.primary_key.end(), name) != table.primary_key.end();
}

// What PUT …/columns/{column} asks for.
struct Alteration {
    std::optional<std::string> name, type, fallback;
    std::optional<bool> not_null;
};

Alteration read_alteration(const json::value& body) {
    Alteration wanted{.name = text_of(body, "new_name"),
                      .type = text_of(body, "new_type"),
                      .fallback = {},
                      .not_null = flag_of(body, "set_not_null")};
    if (const json::value* value = member_of(body, "set_default")) {
        wanted.fallback = default_expression(*value, "set_default");
    }
    if (!wanted.name && !wanted.type && !wanted.fallback && !wanted.not_null) {
        fail(400, "no_changes_specified", "say new_name, new_type, set_not_null or set_default");
    }
    if (wanted.name) {
        if (Result<void> fine = catalog::check_column_name(*wanted.name); !fine) {
            fail_field("new_name", fine.error().message);
        }
    }
    if (wanted.type) {
        if (Result<void> fine = check_type(*wanted.type); !fine) fail_field("new_type", fine.error().message);
    }
    return wanted;
}

void apply(const Alteration& wanted, const std::string& name, const catalog::Table& table, Rewrite& rewrite) {
    link::RewriteJob::Column& column = rewrite.columns[column_index(table, name)];
    if (wanted.type) {
        column.spec.type = *wanted.type;
        column.source = "CAST(" + quote_identifier(name) + " AS " + *wanted.type + ")";
    }
    if (wanted.fallback) column.spec.default_expression = *wanted.fallback;
    if (wanted.not_null) column.spec.nullable = !*wanted.not_null;
    if (wanted.not_null == false && in_primary_key(table, name)) {
        fail(400, "column_in_primary_key", "a column of the primary key cannot be NULL", {{"column", name}});
    }
    if (!wanted.name || *wanted.name == name) return;
    if (find_column(table, *wanted.name) != nullptr) {
        fail(409, "column_exists", "the table already has a column \"" + *wanted.name + "\"",
             {{"column", *wanted.name}});
    }
    column.spec.name = *wanted.name;
    std::replace(rewrite.primary_key.begin(), rewrite.primary_key.end(), name, *wanted.name);
}

}  // namespace

Response add_column(const Request& request, Context& context) {
    const link::ColumnSpec spec = column_spec(request.body);
    Rewritten done = rewrite_table(request, context, [&](const catalog::Table& table) {
        if (find_column(table, spec.name) != nullptr) {
            fail(409, "column_exists", "the table already has a column \"" + spec.name + "\"", {{"column", spec.name}});
        }
        if (!spec.nullable && spec.default_expression.empty() && table.row_count > 0) {
            fail(400, "default_required", "a column that cannot be NULL needs a default: the table has rows");
        }
        Rewrite rewrite = unchanged(table);
        rewrite.columns.push_back({.spec = spec, .source = {}});
        return rewrite;
    });
    if (const auto description = text_of(request.body, "description")) {
        done.place.table = or_fail(
            context.store.set_descriptions(done.place.table.id, std::nullopt, {{spec.name, *description}}), "table");
    }
    return changed_table(done, 201);
}

Response drop_column(const Request& request, Context& context) {
    const std::string& name = request.parameter("column");
    return changed_table(rewrite_table(request, context, [&](const catalog::Table& table) {
        const std::size_t index = column_index(table, name);
        if (table.columns.size() == 1) fail(400, "cannot_drop_last_column", "a table keeps at least one column");
        if (in_primary_key(table, name)) {
            fail(400, "column_in_primary_key", "the column is part of the primary key", {{"column", name}});
        }
        Rewrite rewrite = unchanged(table);
        rewrite.columns.erase(rewrite.columns.begin() + static_cast<std::ptrdiff_t>(index));
        return rewrite;
    }));
}

Response alter_column(const Request& request, Context& context) {
    const Alteration wanted = read_alteration(request.body);
    return changed_table(rewrite_table(request, context, [&](const catalog::Table& table) {
        Rewrite rewrite = unchanged(table);
        apply(wanted, request.parameter("column"), table, rewrite);
        return rewrite;
    }));
}

Response set_primary_key(const Request& request, Context& context) {
    const std::vector<std::string> key = texts_of(request.body, "columns");
    return changed_table(rewrite_table(request, context,
                                       [&](const catalog::Table& table) {
                                           if (!table.primary_key.empty()) {
                                               fail(409, "primary_key_exists", "the table already has a primary key");
                                           }
                                           check_primary_key(key, table.columns);
                                           Rewrite rewrite = unchanged(table);
                                           rewrite.primary_key = key;
                                           return rewrite;
                                       }),
                         201);
}

Response drop_primary_key(const Request& request, Context& context) {
    return changed_table(rewrite_table(request, context, [](const catalog::Table& table) {
        if (table.primary_key.empty()) fail(400, "no_primary_key", "the table has no primary key");
        Rewrite rewrite = unchanged(table);
        rewrite.primary_key.clear();
        return rewrite;
    }));
}

Response delete_rows(const Request& request, Context& context) {
    const std::string where = text_of(request.body, "where_clause").value();
    if (Result<void> fine = check_expression(where); !fine) fail(400, "invalid_where_clause", fine.error().message);
    const Rewritten done = rewrite_table(request, context, [&](const catalog::Table& table) {
        Rewrite rewrite = unchanged(table);
        rewrite.delete_where = where;
        return rewrite;
    });
    return json_response(
        json::object{{"deleted_rows", done.outcome.rows}, {"table_rows_after", done.outcome.table_rows}});
}

}  // namespace smew::http::endpoints
