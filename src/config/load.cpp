#include "config/load.hpp"

#include "config/nearest.hpp"
#include "config/settings_table.hpp"
#include "config/toml_file.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <unistd.h>

namespace smew::config {
namespace {

constexpr std::string_view kPrefix = "SMEW_";
constexpr std::string_view kConfigVariable = "SMEW_CONFIG";
// Read by the project's scripts and tests, which start the server with the environment they have themselves.
constexpr std::array<std::string_view, 2> kVariablesOfScripts{"SMEW_DEPS_DIR", "SMEW_PROGRAM"};

std::string unknown(std::string_view what, std::string_view name, std::string_view where,
                    std::string (*spelled)(const Setting&)) {
    std::vector<std::string> known;
    for (const Setting& setting : settings_table()) known.push_back(spelled(setting));
    return "unknown " + std::string(what) + " " + in_quotes(name) + std::string(where) + "; did you mean " +
           in_quotes(nearest(name, known)) + "?";
}

std::string setting_name(const Setting& setting) {
    return std::string(setting.name);
}
std::string variable_name(const Setting& setting) {
    return setting.environment_variable();
}

std::string not_acceptable(const Setting& setting, const std::string& what, const std::string& source) {
    return "setting " + in_quotes(setting.name) + ": " + what + " from " + source + " is not acceptable; expected " +
           setting.expectation();
}

void assign(Loaded& loaded, const Setting& setting, std::string_view text, const std::string& source) {
    if (!setting.assign(setting, loaded.settings, text)) {
        const std::string what = setting.secret() ? "the value" : in_quotes(text);
        loaded.problems.push_back(not_acceptable(setting, what, source));
        return;
    }
    loaded.sources[static_cast<std::size_t>(&setting - settings_table().data())] = source;
}

// TOML has types: 30 is a number and "30" is none.
bool fits(const Setting& setting, FileValue::Type type) {
    switch (setting.kind) {
        case Kind::kBoolean:
            return type == FileValue::Type::kBoolean;
        case Kind::kNumber:
        case Kind::kSeconds:
            return type == FileValue::Type::kNumber;
        case Kind::kSize:
            return type == FileValue::Type::kNumber || type == FileValue::Type::kText;
        default:
            return type == FileValue::Type::kText;
    }
}

std::string type_name(const FileValue& value) {
    switch (value.type) {
        case FileValue::Type::kText:
            return "a text";
        case FileValue::Type::kNumber:
            return "a number";
        case FileValue::Type::kBoolean:
            return "a boolean";
        case FileValue::Type::kOther:
            return value.text;
    }
    return {};
}

void apply_file_value(Loaded& loaded, const FileValue& value, const std::string& file) {
    const Setting* setting = find_setting(value.name);
    if (setting == nullptr) {
        loaded.problems.push_back(unknown("setting", value.name, " in " + file, setting_name));
    } else if (!fits(*setting, value.type)) {
        loaded.problems.push_back(not_acceptable(*setting, type_name(value), file));
    } else {
        assign(loaded, *setting, value.text, file);
    }
}

void apply_file(Loaded& loaded, const std::string& file) {
    if (file.empty()) return;
    const Result<std::vector<FileValue>> values = read_toml_file(file);
    if (!values) {
        loaded.problems.push_back(values.error().message);
        return;
    }
    for (const FileValue& value : *values) apply_file_value(loaded, value, file);
}

struct Variable {
    std::string_view name, value;
};

std::vector<Variable> smew_variables(const std::vector<std::string>& environment) {
    std::vector<Variable> variables;
    for (const std::string_view entry : environment) {
        const std::size_t equals = entry.find('=');
        if (!entry.starts_with(kPrefix) || equals == std::string_view::npos) continue;
        variables.push_back({entry.substr(0, equals), entry.substr(equals + 1)});
    }
    return variables;
}

void apply_variable(Loaded& loaded, const Variable& variable) {
    if (variable.name == kConfigVariable || std::ranges::count(kVariablesOfScripts, variable.name) > 0) return;
    for (const Setting& setting : settings_table()) {
        if (setting.environment_variable() != variable.name) continue;
        if (!variable.value.empty()) assign(loaded, setting, variable.value, std::string(variable.name));
        return;
    }
    loaded.problems.push_back(unknown("environment variable", variable.name, "", variable_name));
}

std::string config_file(const Sources& sources, const std::vector<Variable>& variables) {
    if (!sources.config_file.empty()) return sources.config_file;
    for (const Variable& variable : variables) {
        if (variable.name == kConfigVariable) return std::string(variable.value);
    }
    return {};
}

void apply_flag(Loaded& loaded, const FlagValue& flag) {
    const Setting* setting = find_setting(flag.name);
    if (setting == nullptr) {
        loaded.problems.push_back(unknown("setting", flag.name, "", setting_name));
    } else {
        assign(loaded, *setting, flag.text, setting->flag());
    }
}

// Below are the system's own users, whose rights a worker must not have.
constexpr int kFirstUserIdOfWorkers = 10'000;

// What no row of the table can tell alone.
void check_together(Loaded& loaded) {
    const Settings& now = loaded.settings;
    if (now.tls_cert_file.empty() != now.tls_key_file.empty()) {
        loaded.problems.push_back(
            "settings \"tls_cert_file\" and \"tls_key_file\" belong together: only one of them is set");
    }
    if (now.worker_uid_base > 0 && now.worker_uid_base < kFirstUserIdOfWorkers) {
        loaded.problems.push_back("setting \"worker_uid_base\" (" + std::to_string(now.worker_uid_base) +
                                  ") is neither 0 nor at least " + std::to_string(kFirstUserIdOfWorkers));
    }
    if (now.workspace_default_ttl_hours > now.workspace_max_ttl_hours) {
        loaded.problems.push_back(
            "setting \"workspace_default_ttl_hours\" (" + std::to_string(now.workspace_default_ttl_hours) +
            ") is above \"workspace_max_ttl_hours\" (" + std::to_string(now.workspace_max_ttl_hours) + ")");
    }
}

}  // namespace

Loaded load(const Sources& sources) {
    Loaded loaded;
    loaded.sources.assign(settings_table().size(), "default");
    const std::vector<Variable> variables = smew_variables(sources.environment);
    apply_file(loaded, config_file(sources, variables));
    for (const Variable& variable : variables) apply_variable(loaded, variable);
    for (const FlagValue& flag : sources.flags) apply_flag(loaded, flag);
    if (loaded.problems.empty()) check_together(loaded);
    return loaded;
}

std::vector<std::string> process_environment() {
    std::vector<std::string> entries;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) entries.emplace_back(*entry);
    return entries;
}

void remove_secrets_from_environment() {
    for (const Setting& setting : settings_table()) {
        if (!setting.secret()) continue;
        const std::string name = setting.environment_variable();
        // Also where it was when the process started: /proc shows that memory.
        if (char* value = ::getenv(name.c_str())) std::fill_n(value, std::strlen(value), '*');
        ::unsetenv(name.c_str());
    }
}

}  // namespace smew::config
