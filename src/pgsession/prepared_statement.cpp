#include "pgsession/prepared_statement.hpp"

#include "pgproto/oids.hpp"
#include "pgsession/explain.hpp"
#include "pgsession/type_map.hpp"

#include <algorithm>

namespace smew::pgsession {
namespace {

bool is_stated(std::uint32_t type) {
    return type != 0 && type != pgproto::oid::kUnknown;
}

std::uint32_t inferred_type(const engine::Type& type) {
    return wire_type_of(type).oid;
}

pgproto::FieldDescription field_of(const engine::ResultColumn& column) {
    const WireType type = wire_type_of(column.type);
    return {.name = column.name,
            .table_oid = column.origin.table,
            .column_number = column.origin.column,
            .type_oid = type.oid,
            .type_size = type.size,
            .type_modifier = type.modifier};
}

}  // namespace

bool PreparedStatement::ends_block() const {
    return command &&
           (std::holds_alternative<CommitCommand>(*command) || std::holds_alternative<RollbackCommand>(*command) ||
            std::holds_alternative<RollbackToCommand>(*command));
}

void PreparedStatement::adopt(std::unique_ptr<engine::Prepared> fresh) {
    plan = std::move(fresh);
    constant.reset();
    const std::vector<engine::Type>& inferred = plan->parameter_types();
    // A client may state more than the statement uses, and must then bind them all, as in PostgreSQL.
    parameter_types.assign(std::max(inferred.size(), stated_types.size()), pgproto::oid::kText);
    for (std::size_t i = 0; i < parameter_types.size(); ++i) {
        const bool stated = i < stated_types.size() && is_stated(stated_types[i]);
        if (stated) parameter_types[i] = stated_types[i];
        if (!stated && i < inferred.size()) parameter_types[i] = inferred_type(inferred[i]);
    }
    std::vector<pgproto::FieldDescription> columns;
    if (plan->kind() == engine::StatementKind::kExplain) {
        const Result<std::optional<Explain>> explain = read_explain(sql);
        const bool json = explain && *explain && (*explain)->json;
        describe_as({{.name = "QUERY PLAN", .type_oid = json ? pgproto::oid::kJson : pgproto::oid::kText}});
    } else if (plan->returns_rows()) {
        for (const engine::ResultColumn& column : plan->columns()) columns.push_back(field_of(column));
        describe_as(std::move(columns));
    } else {
        fields.clear();
        row_description.clear();
    }
}

void PreparedStatement::describe_as(std::vector<pgproto::FieldDescription> columns) {
    fields = std::move(columns);
    row_description.clear();
    pgproto::write_row_description(row_description, fields);
}

void PreparedStatement::append_row_description(pgproto::Buffer& out, std::span<const pgproto::Format> formats) const {
    if (all_text(formats)) {
        out.insert(out.end(), row_description.begin(), row_description.end());
        return;
    }
    std::vector<pgproto::FieldDescription> columns = fields;
    for (std::size_t i = 0; i < columns.size(); ++i) columns[i].format = formats[i];
    pgproto::write_row_description(out, columns);
}

bool all_text(std::span<const pgproto::Format> formats) {
    return std::ranges::all_of(formats, [](pgproto::Format format) { return format == pgproto::Format::kText; });
}

std::vector<pgproto::Format> spread_formats(const std::vector<pgproto::Format>& codes, std::size_t count) {
    if (codes.size() == count) return codes;
    return std::vector<pgproto::Format>(count, codes.empty() ? pgproto::Format::kText : codes.front());
}

}  // namespace smew::pgsession
