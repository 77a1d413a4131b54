#pragma once
// What people read about the settings, made from the table: help, --print-config, docs/settings.md.

#include "config/load.hpp"

#include <string>

namespace smew::config {

std::string program_help();  // smew --help
std::string serve_help();    // smew serve --help

// Name, value and source of every setting, in columns. Secrets are "***".
std::string config_listing(const Loaded& loaded);

// The whole of docs/settings.md.
std::string settings_document();

}  // namespace smew::config
