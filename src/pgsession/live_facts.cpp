#include "pgsession/live_facts.hpp"

#include "pgsession/session.hpp"
#include "sql/normaliser.hpp"

namespace smew::pgsession {
namespace {

using std::chrono::microseconds;

std::string_view type_name(SettingKind kind) {
    switch (kind) {
        case SettingKind::kBool:
            return "bool";
        case SettingKind::kInteger:
        case SettingKind::kMilliseconds:
            return "integer";
        case SettingKind::kEnum:
            return "enum";
        default:
            return "string";
    }
}

// What others may see of a session's text.
std::string shown(const link::SessionActivity& activity, link::TextMode mode) {
    if (mode == link::TextMode::kFull) return activity.query;
    if (mode == link::TextMode::kHashOnly || activity.query.empty()) return {};
    return sql::without_literals(activity.query, activity.unreadable);
}

std::vector<std::string> split_choices(std::string_view choices) {
    std::vector<std::string> names;
    while (!choices.empty()) {
        const std::size_t comma = std::min(choices.find(','), choices.size());
        names.emplace_back(choices.substr(0, comma));
        choices.remove_prefix(std::min(comma + 1, choices.size()));
    }
    return names;
}

}  // namespace

std::int64_t LiveFacts::micros_now() {
    return std::chrono::duration_cast<microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

LiveFacts::LiveFacts(const Parts& parts)
    : parts_(parts),
      identity_{parts.info.user, parts.info.database, parts.info.backend_pid, parts.info.client_address,
                parts.info.client_port} {}

std::string LiveFacts::version() const {
    const std::string& version = parts_.settings.value(Setting::kServerVersion);
    return "PostgreSQL " + version + " (smew) on x86_64-pc-linux-gnu, DuckDB " + engine::duckdb_version() + ", 64-bit";
}

std::vector<std::string> LiveFacts::search_path() const {
    std::vector<std::string> schemas = parts_.settings.search_path();
    std::erase(schemas, "$user");  // no schema here has a user's name
    return schemas;
}

// Of this process, which is what a reconnecting client wants to know.
std::int64_t LiveFacts::server_start_micros() const {
    static const std::int64_t kStarted = micros_now();
    return kStarted;
}

std::int64_t LiveFacts::statement_start_micros() const {
    const auto ago = std::chrono::steady_clock::now() - parts_.statement_started;
    return micros_now() - std::chrono::duration_cast<microseconds>(ago).count();
}

std::optional<std::string> LiveFacts::setting(std::string_view name) const {
    // Outside a block it is what the next one will have.
    const bool next = !parts_.block.active() && name.starts_with("transaction_");
    const Result<std::string> value = parts_.settings.show(next ? "default_" + std::string(name) : std::string(name));
    return value ? std::optional(*value) : std::nullopt;
}

Result<std::string> LiveFacts::set_setting(std::string_view name, const std::optional<std::string>& value,
                                           Scope scope) {
    const bool local = scope == Scope::kTransaction;
    // A local setting outside a block would end with its statement, so it is only checked.
    if (local && !parts_.block.active())
        return value ? parts_.settings.checked(name, *value) : parts_.settings.show(name);
    const auto lasting = local ? Settings::Scope::kTransaction : Settings::Scope::kSession;
    const SettingDefinition* definition = find_setting(name);
    const bool list = value && definition != nullptr && definition->kind == SettingKind::kList;
    Result<void> set;
    if (!value) {
        set = parts_.settings.reset(name, lasting, parts_.block.active());
    } else {
        set = parts_.settings.set(name, list ? split_name_list(*value) : std::vector{*value}, lasting,
                                  parts_.block.active());
    }
    if (!set) return set.error();
    return parts_.settings.show(name);
}

std::vector<engine::SessionFacts::SettingRow> LiveFacts::settings() const {
    std::vector<SettingRow> rows;
    for (const SettingDefinition& definition : setting_table()) {
        const bool number = definition.kind == SettingKind::kInteger;
        rows.push_back({.name = std::string(definition.name),
                        .value = *setting(definition.name),
                        .description = std::string(definition.description),
                        .type = type_name(definition.kind),
                        .unit = definition.kind == SettingKind::kMilliseconds ? "ms" : "",
                        .start_value = std::string(definition.default_value),
                        .reset_value = parts_.settings.reset_value(setting_of(definition)),
                        .minimum = number ? std::to_string(definition.minimum) : "",
                        .maximum = number ? std::to_string(definition.maximum) : "",
                        .choices = split_choices(definition.choices),
                        .read_only = definition.read_only});
    }
    for (LimitRow& limit : limit_rows(parts_.limits)) {
        rows.push_back({.name = std::string(limit.name),
                        .value = limit.value,
                        .description = std::string(limit.description),
                        .type = "string",
                        .start_value = limit.value,
                        .reset_value = limit.value,
                        .read_only = true});
    }
    return rows;
}

std::vector<engine::Backends::Backend> LiveFacts::backends() const {
    std::vector<Backend> list;
    const link::TextMode mode = parts_.observation.texts.load(std::memory_order_relaxed);
    parts_.roster.for_each([&](const Session& session, SessionRoster::WallTime entered) {
        const link::AdoptSession& info = session.info();
        if (info.internal) return;
        link::SessionActivity now = session.activity();
        if (info.backend_pid != identity_.backend_pid) now.query = shown(now, mode);
        list.push_back(
            {.identity = {info.user, info.database, info.backend_pid, info.client_address, info.client_port},
             .application_name = std::move(now.application_name),
             .state = std::string(to_text(now.state)),
             .query = std::move(now.query),
             .connected_micros = std::chrono::duration_cast<microseconds>(entered.time_since_epoch()).count(),
             .query_start_micros = now.query_started_us,
             .state_since_micros = now.state_since_us});
    });
    return list;
}

Result<void> LiveFacts::notify(std::string channel, std::string payload) {
    return parts_.messages.add({TransactionMessages::Kind::kNotify, std::move(channel), std::move(payload)});
}

bool LiveFacts::signal_backend(std::int32_t backend_pid, CancelReason reason) {
    bool known = false;
    parts_.roster.with(backend_pid, [&](Session& session) {
        known = !session.info().internal;
        if (known && reason == CancelReason::kUser) session.cancel_statement(reason);
        if (known && reason != CancelReason::kUser) session.end(reason);
    });
    return known;
}

}  // namespace smew::pgsession
