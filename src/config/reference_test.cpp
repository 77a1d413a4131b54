#include "config/reference.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace smew::config {
namespace {

std::string content_of(const std::string& file) {
    std::ostringstream content;
    content << std::ifstream(file).rdbuf();
    return content.str();
}

TEST(Reference, SettingsPageIsFresh) {
    EXPECT_EQ(content_of(SMEW_SOURCE_DIR "/docs/settings.md"), settings_document())
        << "stale: run `smew settings-doc > docs/settings.md`";
}

TEST(Reference, HelpFitsATerminal) {
    std::istringstream help(serve_help());
    for (std::string line; std::getline(help, line);) EXPECT_LE(line.size(), 100U) << line;
}

TEST(Reference, ListingShowsValueAndSourceButNoSecret) {
    const Loaded loaded = load({.flags = {{"admin_key", "hush"}}, .environment = {"SMEW_DATA_DIR=/srv/smew"}});
    const std::string listing = config_listing(loaded);
    EXPECT_EQ(listing.find("hush"), std::string::npos);
    std::istringstream lines(listing);
    std::string name, value, source;
    bool data_dir = false, admin_key = false;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream(line) >> name >> value >> source;
        if (name == "data_dir") data_dir = value == "/srv/smew" && source == "SMEW_DATA_DIR";
        if (name == "admin_key") admin_key = value == "***" && source == "--admin-key";
    }
    EXPECT_TRUE(data_dir);
    EXPECT_TRUE(admin_key);
}

}  // namespace
}  // namespace smew::config
