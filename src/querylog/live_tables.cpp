#include "querylog/live_tables.hpp"

#include "config/settings_table.hpp"
#include "querylog/query_log.hpp"
#include "querylog/sql_literal.hpp"

#include <set>

namespace smew::querylog {
namespace {

constexpr std::uint64_t kMostProjects = 100'000;

std::string time_literal(std::int64_t micros) {
    return micros == 0 ? "NULL" : "make_timestamptz(" + std::to_string(micros) + ")";
}

std::string time_literal(const std::optional<WallTime>& time) {
    return time ? time_literal(time->time_since_epoch().count()) : "NULL";
}

// One row of VALUES after the other; empty without rows.
class Insert {
public:
    explicit Insert(std::string_view table) : table_(table) {}
    void add(std::initializer_list<std::string> values) {
        sql_ += sql_.empty() ? "(" : ", (";
        bool first = true;
        for (const std::string& value : values) {
            if (!first) sql_ += ", ";
            first = false;
            sql_ += value;
        }
        sql_ += ')';
    }
    std::string sql() const {
        const std::string clear = "DELETE FROM " + table_ + ";";
        return sql_.empty() ? clear : clear + "INSERT INTO " + table_ + " VALUES " + sql_ + ";";
    }

private:
    std::string table_, sql_;
};

std::string sessions(fleet::Fleet& fleet, const observe::QueryPolicy& policy) {
    std::set<WorkspaceId> busy;
    for (const fleet::SessionInfo& session : fleet.all_sessions()) busy.insert(session.workspace);
    Insert insert("sessions");
    for (const WorkspaceId& workspace : busy) {
        for (const fleet::SessionInfo& session : fleet.sessions(workspace)) {
            const link::SessionActivity now = session.activity.value_or(link::SessionActivity{});
            insert.add(
                {literal(session.id.value()), literal(session.project.value()), literal(session.workspace.value()),
                 literal(session.user), literal(session.client_address), literal(session.application_name),
                 literal(link::to_text(session.door)), std::to_string(session.backend_pid),
                 session.activity ? literal(link::to_text(now.state)) : "NULL", literal(policy.shown(now)),
                 time_literal(session.connected_at), time_literal(now.query_started_us),
                 time_literal(now.state_since_us), std::to_string(now.statements), std::to_string(now.bytes_sent)});
        }
    }
    return insert.sql();
}

std::string workspaces(catalog::Store& store, fleet::Fleet& fleet) {
    Insert insert("workspaces");
    for (const catalog::Project& project : store.projects(kMostProjects, 0).projects) {
        const auto all = store.workspaces(project.id);
        if (!all) continue;
        for (const catalog::Workspace& workspace : *all) {
            insert.add({literal(workspace.id.value()), literal(project.id.value()), literal(workspace.name),
                        literal(workspace.status), literal(workspace.username), time_literal(workspace.created_at),
                        time_literal(workspace.expires_at), std::to_string(workspace.memory_limit.count),
                        std::to_string(workspace.size_limit.count), fleet.warm(workspace.id) ? "true" : "false"});
        }
    }
    return insert.sql();
}

std::string settings_rows(const config::Settings& settings) {
    Insert insert("settings");
    for (const config::Setting& setting : config::settings_table()) {
        insert.add(
            {literal(setting.name), literal(setting.shown(settings)), literal(setting.group), literal(setting.doc)});
    }
    return insert.sql();
}

}  // namespace

std::string live_definition() {
    return "CREATE TABLE IF NOT EXISTS sessions (session_id VARCHAR, project_id VARCHAR, workspace_id VARCHAR, "
           "username VARCHAR, client_ip VARCHAR, application_name VARCHAR, door VARCHAR, backend_pid INTEGER, "
           "state VARCHAR, query VARCHAR, connected_at TIMESTAMPTZ, query_started_at TIMESTAMPTZ, since TIMESTAMPTZ, "
           "statements BIGINT, bytes_sent BIGINT);"
           "CREATE TABLE IF NOT EXISTS workspaces (workspace_id VARCHAR, project_id VARCHAR, name VARCHAR, "
           "status VARCHAR, username VARCHAR, created_at TIMESTAMPTZ, expires_at TIMESTAMPTZ, memory_limit BIGINT, "
           "size_limit BIGINT, running BOOLEAN);"
           "CREATE TABLE IF NOT EXISTS settings (name VARCHAR, value VARCHAR, \"group\" VARCHAR, doc VARCHAR);";
}

std::string live_content(const config::Settings& settings, catalog::Store& store, fleet::Fleet& fleet,
                         const observe::QueryPolicy& policy) {
    return "BEGIN;" + sessions(fleet, policy) + workspaces(store, fleet) + settings_rows(settings) + "COMMIT";
}

}  // namespace smew::querylog
