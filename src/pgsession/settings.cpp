#include "pgsession/settings.hpp"

#include "sql/lexer.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace smew::pgsession {
namespace {

constexpr std::size_t kMaxCustomSettings = 256;
constexpr std::size_t kMaxValueBytes = 16'384;

Error unknown_setting(std::string_view name) {
    return {sqlstate::kUndefinedObject, "unrecognized configuration parameter \"" + std::string(name) + "\""};
}

Error not_changeable(std::string_view name) {
    return {sqlstate::kCantChangeRuntimeParam, "parameter \"" + std::string(name) + "\" cannot be changed", "",
            is_limit(name) ? "An admin of the project may change a workspace's limits over REST." : ""};
}

// PostgreSQL's own name for a fixed offset: <+02>-02.
std::string offset_zone_name(std::int32_t offset) {
    const auto clock = [](std::int32_t seconds) {
        const auto two = [](std::int32_t value) { return (value < 10 ? "0" : "") + std::to_string(value); };
        std::string text = two(std::abs(seconds) / 3600);
        if (seconds % 3600 != 0) text += ":" + two(std::abs(seconds) / 60 % 60);
        return text;
    };
    return (offset < 0 ? "<-" : "<+") + clock(offset) + ">" + (offset < 0 ? "+" : "-") + clock(offset);
}

// PostgreSQL takes an offset without a name before it, "-02:00", for POSIX's as well: two hours east of UTC.
std::optional<PosixZone> parse_offset(const std::string& name) {
    const bool nameless = name.starts_with('+') || name.starts_with('-');
    return parse_posix_zone(nameless ? "UTC" + name : name);
}

// A name of tzdata, or a POSIX offset as "<+02>-02" and "GMT-2", of whole hours since the engine knows no others.
Result<std::shared_ptr<const TimeZone>> load_zone(const std::string& name) {
    auto zone = TimeZone::load(name);
    if (zone) return zone;
    const std::optional<PosixZone> posix = parse_offset(name);
    if (!posix || posix->daylight || posix->standard_offset % 3600 != 0) return zone;
    const std::int32_t hours = posix->standard_offset / 3600;
    if (hours < -12 || hours > 14) return zone;
    return TimeZone::fixed(name, posix->standard_offset);
}

}  // namespace

Settings::Settings(const LiveLimits& limits) : limits_(limits), zone_(TimeZone::fixed("UTC", 0)) {
    for (const SettingDefinition& definition : setting_table()) {
        Slot& slot = slots_[static_cast<std::size_t>(setting_of(definition))];
        slot.value = slot.reset_value = definition.default_value;
    }
    changed();
}

std::optional<std::chrono::milliseconds> Settings::limit_of(Setting setting) const {
    switch (setting) {
        case Setting::kStatementTimeout:
            return limits_.statement_timeout();
        case Setting::kIdleSessionTimeout:
            return limits_.idle_timeout();
        case Setting::kIdleInTransactionSessionTimeout:
            return limits_.idle_in_transaction_timeout();
        default:
            return std::nullopt;
    }
}

// A time-out of 0 means none, so the server's limit takes its place; SHOW then tells what holds.
std::string Settings::within_limit(Setting setting, const std::string& value) const {
    const std::optional<std::chrono::milliseconds> limit = limit_of(setting);
    if (!limit) return value;
    const Result<std::int64_t> wanted = parse_milliseconds(definition_of(setting), value);
    return milliseconds_text(within(std::chrono::milliseconds(wanted ? *wanted : 0), *limit).count());
}

Result<std::string> Settings::checked_value(const SettingDefinition& definition,
                                            const std::vector<std::string>& values) {
    Result<std::string> normal = normalise_setting(definition, values);
    if (!normal) return normal.error();
    if (normal->size() > kMaxValueBytes) {
        return Error{sqlstate::kInvalidParameterValue,
                     "the value of \"" + std::string(definition.name) + "\" is too long"};
    }
    if (definition.kind == SettingKind::kTimeZone) {
        const auto zone = load_zone(*normal);
        if (!zone) return zone.error();
        return (*zone)->name();
    }
    return normal;
}

Result<void> Settings::set_at_start(std::string_view name, const std::string& value) {
    const SettingDefinition* definition = find_setting(name);
    if (definition == nullptr) {
        if (is_limit(name)) return not_changeable(name);
        Slot* custom = custom_slot(name, true);
        if (custom == nullptr) return unknown_setting(name);
        custom->value = custom->reset_value = value;
        return {};
    }
    if (definition->read_only) return not_changeable(name);
    const bool list = definition->kind == SettingKind::kList;
    const Result<std::string> checked = checked_value(*definition, list ? split_name_list(value) : std::vector{value});
    if (!checked) return checked.error();
    Slot& target = slot(setting_of(*definition));
    target.value = target.reset_value = *checked;
    changed();
    return {};
}

Result<std::string> Settings::checked(std::string_view name, const std::string& value) {
    const SettingDefinition* definition = find_setting(name);
    if (definition == nullptr) {
        if (is_limit(name)) return not_changeable(name);
        if (name.find('.') == std::string_view::npos) return unknown_setting(name);
        return value;
    }
    if (definition->read_only) return not_changeable(definition->name);
    const bool list = definition->kind == SettingKind::kList;
    const Result<std::string> checked = checked_value(*definition, list ? split_name_list(value) : std::vector{value});
    if (!checked) return checked;
    return within_limit(setting_of(*definition), *checked);
}

void Settings::set_fixed(Setting setting, std::string value) {
    slot(setting).value = slot(setting).reset_value = std::move(value);
}

Settings::Slot* Settings::custom_slot(std::string_view name, bool create) {
    if (const auto found = custom_.find(sql::to_lower(name)); found != custom_.end()) return &found->second;
    const bool dotted = name.find('.') != std::string_view::npos && name.size() <= 128;
    if (!create || !dotted || custom_.size() >= kMaxCustomSettings) return nullptr;
    return &custom_[sql::to_lower(name)];
}

Result<void> Settings::set(std::string_view name, const std::vector<std::string>& values, Scope scope,
                           bool in_transaction) {
    const SettingDefinition* definition = find_setting(name);
    if (definition == nullptr) {
        if (is_limit(name)) return not_changeable(name);
        Slot* custom = custom_slot(name, true);
        if (custom == nullptr) return unknown_setting(name);
        if (values.size() != 1 || values.front().size() > kMaxValueBytes) {
            return Error{sqlstate::kInvalidParameterValue, "SET " + std::string(name) + " takes only one argument"};
        }
        assign(*custom, values.front(), scope, in_transaction);
        changed();
        return {};
    }
    if (definition->read_only) return not_changeable(definition->name);
    Result<std::string> checked = checked_value(*definition, values);
    if (!checked) return checked.error();
    assign(slot(setting_of(*definition)), std::move(*checked), scope, in_transaction);
    changed();
    return {};
}

Result<void> Settings::reset(std::string_view name, Scope scope, bool in_transaction) {
    const SettingDefinition* definition = find_setting(name);
    if (definition != nullptr ? definition->read_only : is_limit(name)) {
        return not_changeable(definition != nullptr ? definition->name : name);
    }
    Slot* target = definition == nullptr ? custom_slot(name, false) : &slot(setting_of(*definition));
    if (target == nullptr) return unknown_setting(name);
    assign(*target, target->reset_value, scope, in_transaction);
    changed();
    return {};
}

void Settings::reset_all(bool in_transaction) {
    for (const SettingDefinition& definition : setting_table()) {
        const Setting setting = setting_of(definition);
        const bool of_transaction = definition.name.starts_with("transaction_");
        if (!definition.read_only && !of_transaction) {
            assign(slot(setting), slot(setting).reset_value, Scope::kSession, in_transaction);
        }
    }
    for (auto& [name, custom] : custom_) assign(custom, custom.reset_value, Scope::kSession, in_transaction);
    changed();
}

Result<void> Settings::set_offset_zone(std::int32_t offset_seconds, Scope scope, bool in_transaction) {
    return set("TimeZone", {offset_zone_name(offset_seconds)}, scope, in_transaction);
}

void Settings::assign(Slot& slot, std::string value, Scope scope, bool in_transaction) {
    if (in_transaction) {
        if (!slot.before) {
            slot.before = slot.value;
            slot.after_commit = slot.value;
        }
        if (scope == Scope::kSession) slot.after_commit = value;
    }
    slot.value = std::move(value);
}

void Settings::end_transaction(bool committed) {
    bool any = false;
    const auto settle = [&](Slot& slot) {
        if (!slot.before) return;
        slot.value = std::move(committed ? *slot.after_commit : *slot.before);
        slot.before.reset();
        slot.after_commit.reset();
        any = true;
    };
    for (Slot& slot : slots_) settle(slot);
    for (auto& [name, custom] : custom_) settle(custom);
    if (any) changed();
}

void Settings::commit() {
    end_transaction(true);
}

void Settings::rollback() {
    end_transaction(false);
}

std::shared_ptr<const Settings::Snapshot> Settings::snapshot() {
    if (!last_snapshot_) last_snapshot_ = std::make_shared<const Snapshot>(Snapshot{slots_, custom_});
    return last_snapshot_;
}

void Settings::restore(const Snapshot& snapshot) {
    const auto put_back = [](Slot& slot, const Slot& before) {
        // What the client was told stays told.
        std::optional<std::string> reported = std::move(slot.reported);
        slot = before;
        slot.reported = std::move(reported);
    };
    for (std::size_t i = 0; i < slots_.size(); ++i) put_back(slots_[i], snapshot.slots[i]);
    std::erase_if(custom_, [&](const auto& entry) { return !snapshot.custom.contains(entry.first); });
    for (const auto& [name, slot] : snapshot.custom) put_back(custom_[name], slot);
    changed();
}

Result<std::string> Settings::show(std::string_view name) const {
    if (const SettingDefinition* definition = find_setting(name)) {
        const Setting setting = setting_of(*definition);
        return within_limit(setting, value(setting));
    }
    if (auto limit = find_limit(limits_, name)) return std::move(*limit);
    const auto custom = custom_.find(sql::to_lower(name));
    if (custom == custom_.end()) return unknown_setting(name);
    return custom->second.value;
}

std::vector<std::pair<std::string_view, std::string>> Settings::take_reports() {
    std::vector<std::pair<std::string_view, std::string>> reports;
    for (const SettingDefinition& definition : setting_table()) {
        Slot& candidate = slot(setting_of(definition));
        if (!definition.reported || candidate.reported == candidate.value) continue;
        candidate.reported = candidate.value;
        reports.emplace_back(definition.name, candidate.value);
    }
    return reports;
}

// Derives what is used often from the texts.
void Settings::changed() {
    ++generation_;
    last_snapshot_.reset();
    const std::string& zone = value(Setting::kTimeZone);
    if (zone_->name() != zone) {
        // Checked when it was set; should the file be gone since, the old zone stays.
        if (auto loaded = load_zone(zone)) zone_ = *loaded;
    }
    extra_float_digits_ = std::atoi(value(Setting::kExtraFloatDigits).c_str());
    bytea_escape_ = value(Setting::kByteaOutput) == "escape";
    statement_timeout_ = milliseconds(Setting::kStatementTimeout);
}

std::chrono::milliseconds Settings::milliseconds(Setting setting) const {
    const Result<std::int64_t> parsed = parse_milliseconds(definition_of(setting), value(setting));
    return std::chrono::milliseconds(parsed ? *parsed : 0);
}

std::chrono::milliseconds Settings::statement_timeout() const {
    return within(statement_timeout_, limits_.statement_timeout());
}

// The engine has no names like <+02>-02, but Etc/GMT-2.
std::string Settings::engine_zone() const {
    const std::int32_t hours = zone_->is_fixed() ? zone_->offset_at(0) / 3600 : 0;
    if (!zone_->is_fixed()) return zone_->name();
    if (hours == 0) return "UTC";
    return std::string("Etc/GMT") + (hours > 0 ? "-" : "+") + std::to_string(std::abs(hours));
}

}  // namespace smew::pgsession
