#pragma once
// Settings from where people put them. A flag goes before an environment variable, that before the settings file, that
// before the default; where each value came from is remembered. Every value is checked, also one that another goes
// before.

#include "config/settings.hpp"

#include <span>
#include <string>
#include <vector>

namespace smew::config {

struct FlagValue {
    std::string name;  // of the setting: "data_dir"
    std::string text;
};

struct Sources {
    std::vector<FlagValue> flags;          // of one name the last holds
    std::vector<std::string> environment;  // "NAME=value" each; an empty value counts as not set
    std::string config_file;               // --config; empty: SMEW_CONFIG names it; neither: no file
};

struct Loaded {
    Settings settings;
    // One a row of settings_table(): "default", "smew.toml", "SMEW_DATA_DIR", "--data-dir".
    std::vector<std::string> sources;
    // What is wrong, a sentence each. The settings may be used only when there is none.
    std::vector<std::string> problems;
};

Loaded load(const Sources& sources);

// The process's environment as load() takes it.
std::vector<std::string> process_environment();
// Takes secrets out of it, so that they do not pass on to child processes. Before other threads run.
void remove_secrets_from_environment();

}  // namespace smew::config
