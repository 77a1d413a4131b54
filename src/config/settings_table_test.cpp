#include "config/settings_table.hpp"

#include "config/nearest.hpp"

#include <gtest/gtest.h>

#include <set>

namespace smew::config {
namespace {

TEST(SettingsTable, SpellsItsNames) {
    const Setting* setting = find_setting("pgwire_idle_timeout_seconds");
    ASSERT_NE(setting, nullptr);
    EXPECT_EQ(setting->flag(), "--pgwire-idle-timeout-seconds");
    EXPECT_EQ(setting->environment_variable(), "SMEW_PGWIRE_IDLE_TIMEOUT_SECONDS");
    EXPECT_EQ(find_setting("no_such_setting"), nullptr);
}

TEST(SettingsTable, NamesAreUniqueAndGroupsTogether) {
    std::set<std::string_view> names, groups;
    std::string_view group;
    for (const Setting& setting : settings_table()) {
        EXPECT_TRUE(names.insert(setting.name).second) << setting.name;
        EXPECT_FALSE(setting.doc.empty()) << setting.name;
        if (setting.group != group) {
            EXPECT_TRUE(groups.insert(setting.group).second) << setting.group;
        }
        group = setting.group;
    }
}

// Also holds that a row's name and member belong together: two rows with one member would fail here.
TEST(SettingsTable, EveryDefaultIsAcceptableAndReadsBack) {
    const Settings defaults;
    for (const Setting& setting : settings_table()) {
        Settings copy;
        const std::string text = setting.value(defaults);
        EXPECT_TRUE(setting.assign(setting, copy, text)) << setting.name << " = " << text;
        EXPECT_EQ(setting.value(copy), text) << setting.name;
    }
}

TEST(SettingsTable, NoTwoRowsHaveOneMember) {
    const auto other_text = [](const Setting& setting, const std::string& now) -> std::string {
        if (setting.kind == Kind::kBoolean) return now == "true" ? "false" : "true";
        if (setting.kind == Kind::kChoice) return std::string(setting.choices[now == setting.choices[0] ? 1 : 0]);
        if (setting.kind == Kind::kAddress) return "host:9";
        if (setting.kind == Kind::kText || setting.kind == Kind::kSecret) return "something";
        // Bytes read back with their unit.
        const std::string least = std::to_string(setting.min);
        return std::to_string(setting.min + (now == least || now == least + "B" ? 1 : 0));
    };
    Settings changed;
    for (const Setting& setting : settings_table()) {
        const std::string before = setting.value(changed);
        EXPECT_EQ(before, setting.value(Settings{})) << setting.name << " was changed by an earlier row";
        EXPECT_TRUE(setting.assign(setting, changed, other_text(setting, before))) << setting.name;
        EXPECT_NE(setting.value(changed), before) << setting.name;
    }
}

TEST(SettingsTable, RefusedTextChangesNothing) {
    Settings settings;
    const Setting* setting = find_setting("http_threads");
    EXPECT_FALSE(setting->assign(*setting, settings, "1025"));
    EXPECT_EQ(settings.http_threads, Settings{}.http_threads);
    EXPECT_TRUE(setting->assign(*setting, settings, "1024"));
    EXPECT_EQ(settings.http_threads, 1024);
}

TEST(SettingsTable, SecretsAreNotShown) {
    Settings settings;
    const Setting* setting = find_setting("admin_key");
    EXPECT_TRUE(setting->secret());
    EXPECT_EQ(setting->shown(settings), "");
    settings.admin_key = Secret("hush");
    EXPECT_EQ(setting->shown(settings), "***");
}

TEST(Nearest, CountsEdits) {
    EXPECT_EQ(edit_distance("", ""), 0U);
    EXPECT_EQ(edit_distance("abc", ""), 3U);
    EXPECT_EQ(edit_distance("", "abc"), 3U);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
    EXPECT_EQ(edit_distance("sreve", "serve"), 1U);
    EXPECT_EQ(edit_distance(std::string(100'000, 'a'), "a"), 127U);
}

TEST(Nearest, TakesTheFirstOfEquals) {
    const std::vector<std::string> known{"bat", "cat"};
    EXPECT_EQ(nearest("rat", known), "bat");
    EXPECT_EQ(nearest("x", {}), "");
}

}  // namespace
}  // namespace smew::config
