// The session's settings: what pg_settings lists.
#include "engine/catalog_function.hpp"
#include "engine/session_state.hpp"

namespace smew::engine {
namespace {

struct SettingLine {
    std::string name, value, description, type;
    std::optional<std::string> unit, minimum, maximum;
    std::optional<std::vector<std::string>> choices;
    std::string start_value, reset_value;
    bool read_only = false;
};

std::optional<std::string> given(std::string_view text) {
    if (text.empty()) return std::nullopt;
    return std::string(text);
}

std::vector<SettingLine> collect(duckdb::ClientContext& context) {
    std::vector<SettingLine> lines;
    const auto session = SessionState::of(context);
    if (!session) return lines;
    for (SessionFacts::SettingRow& row : session->facts().settings()) {
        SettingLine& line = lines.emplace_back();
        line.name = std::move(row.name);
        line.value = std::move(row.value);
        line.description = std::move(row.description);
        line.type = row.type;
        line.unit = given(row.unit);
        line.minimum = given(row.minimum);
        line.maximum = given(row.maximum);
        if (!row.choices.empty()) line.choices = std::move(row.choices);
        line.start_value = std::move(row.start_value);
        line.reset_value = std::move(row.reset_value);
        line.read_only = row.read_only;
    }
    return lines;
}

}  // namespace

duckdb::TableFunction catalog_settings() {
    return table_function<SettingLine>(
        {"smew_settings",
         {column("name", "text", &SettingLine::name), column("value", "text", &SettingLine::value),
          column("description", "text", &SettingLine::description), column("type", "text", &SettingLine::type),
          column("unit", "text", &SettingLine::unit), column("minimum", "text", &SettingLine::minimum),
          column("maximum", "text", &SettingLine::maximum), column("choices", "text[]", &SettingLine::choices),
          column("start_value", "text", &SettingLine::start_value),
          column("reset_value", "text", &SettingLine::reset_value),
          column("read_only", "bool", &SettingLine::read_only)},
         collect});
}

}  // namespace smew::engine
