#include "http/workspace_view.hpp"

#include "http/lookup.hpp"
#include "http/render.hpp"
#include "http/sql_text.hpp"
#include "http/url.hpp"
#include "http/workspace_limits.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>

namespace smew::http {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostCounted = 500;

// "[::1]:5432" → "[::1]", 5432.
PublicAddress split_address(std::string_view text) {
    PublicAddress address;
    const std::size_t colon = text.rfind(':');
    const bool has_port = colon != std::string_view::npos && text.find(']', colon) == std::string_view::npos;
    address.host = text.substr(0, has_port ? colon : text.size());
    if (has_port) std::from_chars(text.data() + colon + 1, text.data() + text.size(), address.port);
    if (address.host.starts_with('[') && address.host.ends_with(']')) {
        address.host = address.host.substr(1, address.host.size() - 2);
    }
    return address;
}

bool is_everywhere(std::string_view host) {
    return host.empty() || host == "0.0.0.0" || host == "::" || host == "*";
}

bool plausible_host(std::string_view host) {
    return !host.empty() && host.size() <= 255 && std::all_of(host.begin(), host.end(), [](unsigned char c) {
        return std::isalnum(c) || c == '.' || c == '-' || c == ':' || c == '_';
    });
}

std::string_view ssl_mode(config::TlsMode mode) {
    switch (mode) {
        case config::TlsMode::kOff:
            return "disable";
        case config::TlsMode::kRequire:
            return "require";
        case config::TlsMode::kPrefer:
            break;
    }
    return "prefer";
}

std::string connection_string(const catalog::Workspace& workspace, const PublicAddress& address, std::string_view mode,
                              const Secret& password) {
    const bool v6 = address.host.find(':') != std::string::npos;
    const std::string host = v6 ? "[" + address.host + "]" : percent_encode(address.host);
    return "postgresql://" + percent_encode(workspace.username) + ":" + percent_encode(password.reveal()) + "@" + host +
           ":" + std::to_string(address.port) + "/" + percent_encode(workspace.database()) +
           "?sslmode=" + std::string(mode);
}

// One row an object, so that one statement counts them all.
std::string counting_sql(const std::vector<WorkspaceObject>& objects) {
    std::string sql;
    for (const WorkspaceObject& object : objects) {
        if (object.view) continue;
        if (!sql.empty()) sql += " UNION ALL ";
        sql += "SELECT " + quote_literal(object.name) + ", count(*) FROM main." + quote_identifier(object.name);
    }
    return sql;
}

}  // namespace

PublicAddress public_address(const Request& request, const Context& context) {
    PublicAddress address = split_address(context.pg_address());
    if (!context.settings.public_host.empty()) {
        address.host = context.settings.public_host;
    } else if (is_everywhere(address.host)) {
        const std::string host = split_address(request.host).host;
        address.host = plausible_host(host) ? host : "localhost";
    }
    return address;
}

json::object render_connection(const catalog::Workspace& workspace, const PublicAddress& address, std::string_view mode,
                               const std::optional<Secret>& password) {
    json::value shown, url;
    if (password) {
        shown = password->reveal();
        url = connection_string(workspace, address, mode, *password);
    }
    return {{"host", address.host},
            {"port", address.port},
            {"database", workspace.database()},
            {"username", workspace.username},
            {"password", std::move(shown)},
            {"ssl_mode", mode},
            {"connection_string", std::move(url)}};
}

json::object render_workspace(const catalog::Workspace& workspace, const Request& request, const Context& context,
                              const std::optional<Secret>& password) {
    return {{"id", workspace.id.value()},
            {"name", workspace.name},
            {"project_id", workspace.project.value()},
            {"branch_id", nullptr},
            {"created_at", to_iso8601(workspace.created_at)},
            {"expires_at", render(workspace.expires_at)},
            {"size_bytes", storage::directory_size(context.layout.workspace_dir(workspace.number)).count},
            {"size_limit_gb", workspace.size_limit.count >> 30U},
            {"memory_limit", to_text(workspace.memory_limit)},
            {"limits", render_limits(workspace, context)},
            {"status", is_expired(workspace, context) ? "expired" : "active"},
            {"connection", render_connection(workspace, public_address(request, context),
                                             ssl_mode(context.settings.pgwire_ssl_mode), password)}};
}

Result<std::vector<WorkspaceObject>> workspace_objects(const catalog::Workspace& workspace, Context& context) {
    std::vector<WorkspaceObject> objects;
    // Never opened: there is nothing in it, and no reason to start its worker.
    if (!std::filesystem::exists(context.layout.workspace_file(workspace.number))) return objects;
    Result<fleet::Rows> rows = context.fleet.execute(workspace,
                                                     "SELECT table_name, table_type FROM information_schema.tables "
                                                     "WHERE table_schema IN ('main', 'public') ORDER BY table_name",
                                                     kInternalStatementTimeout);
    if (!rows) return rows.error();
    for (const auto& row : rows->rows) {
        if (row.size() < 2 || !row[0]) continue;
        objects.push_back({.name = *row[0], .view = row[1] == "VIEW", .rows = {}});
    }
    return objects;
}

Result<std::vector<WorkspaceObject>> counted_objects(const catalog::Workspace& workspace, Context& context) {
    Result<std::vector<WorkspaceObject>> objects = workspace_objects(workspace, context);
    const std::string sql = objects && objects->size() <= kMostCounted ? counting_sql(*objects) : std::string();
    if (sql.empty()) return objects;
    const Result<fleet::Rows> counts = context.fleet.execute(workspace, sql, kInternalStatementTimeout);
    if (!counts) return counts.error();
    for (const auto& row : counts->rows) {
        const auto object = std::find_if(objects->begin(), objects->end(), [&](const WorkspaceObject& candidate) {
            return row.size() == 2 && row[0] == candidate.name;
        });
        if (object == objects->end() || !row[1]) continue;
        std::int64_t count = 0;
        std::from_chars(row[1]->data(), row[1]->data() + row[1]->size(), count);
        object->rows = count;
    }
    return objects;
}

}  // namespace smew::http
