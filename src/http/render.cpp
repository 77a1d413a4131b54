#include "http/render.hpp"

#include <boost/json/parse.hpp>

namespace smew::http {

namespace json = boost::json;

json::value render(const std::optional<WallTime>& time) {
    if (!time) return nullptr;
    return json::value(to_iso8601(*time));
}

json::array render(const std::vector<std::string>& texts) {
    return json::array(texts.begin(), texts.end());
}

json::object render(const catalog::Project& project) {
    boost::system::error_code ignored;
    json::value settings = json::parse(project.settings_json, ignored);
    if (!settings.is_object()) settings = json::object{};
    return {{"id", project.id.value()},
            {"name", project.name},
            {"description", project.description},
            {"status", project.status},
            {"created_at", to_iso8601(project.created_at)},
            {"updated_at", to_iso8601(project.updated_at)},
            {"size_bytes", project.size_bytes},
            {"table_count", project.table_count},
            {"bucket_count", project.bucket_count},
            {"settings", std::move(settings)}};
}

json::object render(const catalog::ApiKey& key) {
    return {{"id", key.id.value()},
            {"project_id", key.project.value()},
            {"branch_id", nullptr},
            {"key_prefix", key.prefix},
            {"scope", auth::to_text(key.scope)},
            {"description", key.description},
            {"created_at", to_iso8601(key.created_at)},
            {"last_used_at", render(key.last_used_at)},
            {"expires_at", render(key.expires_at)},
            {"is_revoked", key.revoked_at.has_value()}};
}

json::object render(const catalog::Bucket& bucket) {
    return {{"name", bucket.name},
            {"schema", bucket.schema},
            {"description", bucket.description},
            {"table_count", bucket.table_count},
            {"size_bytes", bucket.size_bytes},
            {"created_at", to_iso8601(bucket.created_at)},
            {"is_linked", false},
            {"source_project_id", nullptr},
            {"source_bucket_name", nullptr}};
}

json::array render(const std::vector<link::ColumnSpec>& columns, const std::vector<std::string>& descriptions) {
    json::array out;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const link::ColumnSpec& column = columns[i];
        json::value fallback;
        if (!column.default_expression.empty()) fallback = column.default_expression;
        out.push_back(json::object{{"name", column.name},
                                   {"type", column.type},
                                   {"nullable", column.nullable},
                                   {"ordinal_position", i + 1},
                                   {"default", std::move(fallback)},
                                   {"description", i < descriptions.size() ? descriptions[i] : std::string()}});
    }
    return out;
}

json::object render(const catalog::Table& table, const catalog::Bucket& bucket) {
    return {{"name", table.name},
            {"bucket", bucket.name},
            {"schema", bucket.schema},
            {"description", table.description},
            {"columns", render(table.columns, table.column_descriptions)},
            {"primary_key", render(table.primary_key)},
            {"row_count", table.row_count},
            {"size_bytes", table.size_bytes},
            {"created_at", to_iso8601(table.created_at)},
            {"updated_at", to_iso8601(table.updated_at)},
            {"source", "main"}};
}

json::object render(const catalog::File& file) {
    json::value checksum;
    if (!file.sha256.empty()) checksum = file.sha256;
    return {{"id", file.id.value()},
            {"project_id", file.project.value()},
            {"name", file.name},
            {"size_bytes", file.size_bytes},
            {"content_type", file.content_type},
            {"checksum_sha256", std::move(checksum)},
            {"is_staged", !file.uploaded || file.expires_at.has_value()},
            {"created_at", to_iso8601(file.created_at)},
            {"expires_at", render(file.expires_at)},
            {"tags", render(file.tags)}};
}

json::object render(const fleet::SessionInfo& session, const observe::QueryPolicy& policy) {
    const auto time_or_null = [](std::int64_t micros) -> json::value {
        if (micros == 0) return nullptr;
        return json::value(to_iso8601(WallTime(std::chrono::microseconds(micros))));
    };
    const auto& now = session.activity;
    const bool active = now && now->state == link::SessionState::kActive;
    const std::string query = now ? policy.shown(*now) : std::string();
    const json::value text = query.empty() ? json::value(nullptr) : json::value(query);
    return {
        {"session_id", session.id.value()},
        {"workspace_id", session.workspace.value()},
        {"project_id", session.project.value()},
        {"backend_pid", session.backend_pid},
        {"door", link::to_text(session.door)},
        {"state", now ? json::value(link::to_text(now->state)) : json::value(nullptr)},
        {"since", now ? time_or_null(now->state_since_us) : json::value(nullptr)},
        {"current_query", active ? text : json::value(nullptr)},
        {"last_query", text},
        {"waiting_for", now && now->waiting_for != link::QueryWait::kNone ? json::value(link::to_text(now->waiting_for))
                                                                          : json::value(nullptr)},
        {"query_started_at", now ? time_or_null(now->query_started_us) : json::value(nullptr)},
        {"statements", now ? now->statements : 0},
        {"bytes_sent", now ? now->bytes_sent : 0},
        {"username", session.user},
        {"client_ip", session.client_address},
        {"client_port", session.client_port},
        {"application_name", session.application_name},
        {"connected_at", to_iso8601(session.connected_at)},
        {"tls", session.tls},
        {"status", "active"}};
}

const json::value* member_of(const json::value& body, std::string_view field) {
    const json::value* value = body.is_object() ? body.as_object().if_contains(field) : nullptr;
    return value == nullptr || value->is_null() ? nullptr : value;
}

std::optional<std::string> text_of(const json::value& body, std::string_view field) {
    const json::value* value = member_of(body, field);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string(value->as_string());
}

std::optional<std::int64_t> number_of(const json::value& body, std::string_view field) {
    const json::value* value = member_of(body, field);
    if (value == nullptr || !value->is_int64()) return std::nullopt;
    return value->as_int64();
}

std::optional<bool> flag_of(const json::value& body, std::string_view field) {
    const json::value* value = member_of(body, field);
    if (value == nullptr || !value->is_bool()) return std::nullopt;
    return value->as_bool();
}

std::vector<std::string> texts_of(const json::value& body, std::string_view field) {
    std::vector<std::string> texts;
    const json::value* value = member_of(body, field);
    if (value == nullptr || !value->is_array()) return texts;
    for (const json::value& item : value->as_array()) texts.emplace_back(item.as_string());
    return texts;
}

}  // namespace smew::http
