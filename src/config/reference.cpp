#include "config/reference.hpp"

#include "config/nearest.hpp"
#include "config/settings_table.hpp"

#include <algorithm>
#include <array>

namespace smew::config {
namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kIndent = 8;

std::string_view value_placeholder(const Setting& setting) {
    switch (setting.kind) {
        case Kind::kText:
            return " TEXT";
        case Kind::kAddress:
            return " HOST:PORT";
        case Kind::kSecret:
            return " SECRET";
        case Kind::kBoolean:
            return "[=true|false]";
        case Kind::kNumber:
            return " NUMBER";
        case Kind::kSeconds:
            return " SECONDS";
        case Kind::kSize:
            return " SIZE";
        case Kind::kChoice:
            return " CHOICE";
        case Kind::kShare:
        case Kind::kOptionalShare:
            return " SHARE";
    }
    return "";
}

// Breaks a paragraph at blanks; every line is indented.
std::string wrapped(std::string_view text) {
    std::string out, line;
    const std::string indent(kIndent, ' ');
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(text.size(), word.size() + 1));
        if (!line.empty() && kIndent + line.size() + 1 + word.size() > kWidth) {
            out += indent + line + "\n";
            line.clear();
        }
        if (!line.empty()) line += ' ';
        line += word;
    }
    return out + indent + line + "\n";
}

std::string flag_help(std::string_view flag, std::string_view doc) {
    return "  " + std::string(flag) + "\n" + wrapped(doc);
}

bool bounds_worth_telling(const Setting& setting) {
    return setting.kind == Kind::kNumber || setting.kind == Kind::kSeconds || setting.kind == Kind::kSize ||
           setting.kind == Kind::kChoice || setting.kind == Kind::kShare;
}

std::string setting_help(const Setting& setting, const Settings& defaults) {
    std::string doc(setting.doc);
    if (bounds_worth_telling(setting)) doc += " Takes " + setting.expectation() + ".";
    const std::string preset = setting.shown(defaults);
    if (!preset.empty()) doc += " [default: " + preset + "]";
    return flag_help(setting.flag() + std::string(value_placeholder(setting)), doc);
}

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(text.size(), width), ' ');
    return text;
}

// A cell of a Markdown table.
std::string cell(std::string_view text, bool code) {
    if (text.empty()) return "|  ";
    std::string out = code ? "| `" : "| ";
    for (const char c : text) {
        if (c == '|') out += '\\';
        out += c;
    }
    return out + (code ? "` " : " ");
}

std::string document_row(const Setting& setting, const Settings& defaults) {
    const std::string doc = std::string(setting.doc) + (setting.live ? " *Live.*" : "");
    return cell(setting.name, true) + cell(setting.shown(defaults), true) + cell(setting.expectation(), false) +
           cell(doc, false) + "|\n";
}

constexpr std::string_view kDocumentIntroduction = R"(# Settings

Generated from the table in `src/config/settings_table.cpp` by `smew settings-doc`; a test fails when this page is stale.

Every setting has one name and can be given in four ways. The first that is there holds:

1. a flag of `smew serve`: `--pgwire-idle-timeout-seconds 600` (booleans: `--http-tls` or `--http-tls=false`)
2. an environment variable: `SMEW_PGWIRE_IDLE_TIMEOUT_SECONDS=600` (an empty one counts as not set)
3. a key in the TOML file that `--config FILE` or `SMEW_CONFIG` names: `pgwire_idle_timeout_seconds = 600`
4. its default

`smew serve --print-config` shows each value and where it came from. Durations are whole seconds. Sizes are a number of
bytes or a text with a unit: `"4GB"`, `"512MiB"`. A name that smew does not know is an error in each of the three places.

What is marked *live* may also be changed while the server runs, until its end: `PATCH /settings` with
`{"max_running_queries": 32}`. `GET /settings` tells what holds.
)";

}  // namespace

std::string program_help() {
    return "smew: analytics workspaces on DuckDB that any PostgreSQL client can use\n"
           "\n"
           "Usage: smew COMMAND [FLAGS]\n"
           "\n"
           "Commands:\n"
           "  serve    run the server\n"
           "  load     load tests of PostgreSQL and WebSocket servers, smew's among them\n"
           "  version  print the versions of smew and DuckDB\n"
           "\n"
           "\"smew serve --help\" lists the server's flags, \"smew load --help\" the kinds of load tests.\n";
}

std::string serve_help() {
    std::string out =
        "Run the server: REST API and PostgreSQL connections.\n"
        "\n"
        "Usage: smew serve [FLAGS]\n"
        "\n"
        "Each setting can also be given as an environment variable (--data-dir: SMEW_DATA_DIR) or in a\n"
        "TOML file (data_dir). A flag goes before the variable, the variable before the file.\n"
        "\n";
    out += flag_help("--config FILE", "TOML file with settings. Also: SMEW_CONFIG");
    out += flag_help("--print-config", "Print every setting with its value and source, and end.");
    out += flag_help("-h, --help", "Print this and end.");
    const Settings defaults;
    std::string_view group;
    for (const Setting& setting : settings_table()) {
        if (setting.group != group) out += "\n" + std::string(group = setting.group) + ":\n";
        out += setting_help(setting, defaults);
    }
    return out;
}

std::string config_listing(const Loaded& loaded) {
    std::vector<std::array<std::string, 3>> rows{{"name", "value", "source"}};
    for (std::size_t i = 0; i < settings_table().size(); ++i) {
        const Setting& setting = settings_table()[i];
        rows.push_back({std::string(setting.name), setting.shown(loaded.settings), loaded.sources[i]});
    }
    std::array<std::size_t, 2> widths{};
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string out;
    for (const auto& row : rows)
        out += padded(row[0], widths[0]) + "  " + padded(row[1], widths[1]) + "  " + row[2] + "\n";
    return out;
}

std::string settings_document() {
    std::string out(kDocumentIntroduction);
    const Settings defaults;
    std::string_view group;
    for (const Setting& setting : settings_table()) {
        if (setting.group != group) {
            out += "\n## " + std::string(group = setting.group) + "\n\n";
            out += "| Setting | Default | Takes | What it does |\n|---|---|---|---|\n";
        }
        out += document_row(setting, defaults);
    }
    return out;
}

}  // namespace smew::config
