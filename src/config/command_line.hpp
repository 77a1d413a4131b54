#pragma once
// What somebody typed: which command, with which flags. Flags of `serve` are the settings.

#include "config/load.hpp"

#include <span>
#include <string>
#include <vector>

namespace smew::config {

enum class Command {
    kServe,
    kVersion,
    kSettingsDoc,  // hidden: writes docs/settings.md to stdout
    kHelp,         // print `text`
    kUsageError,   // print `text` on stderr, exit code 2
};

struct CommandLine {
    Command command = Command::kUsageError;
    std::vector<FlagValue> flags;
    std::string config_file;
    bool print_config = false;
    std::string text;
};

// `arguments` without the program's name.
CommandLine parse_command_line(std::span<const char* const> arguments);

// Overwrites the values of secrets among the process's own arguments, which every user of the machine may read.
void hide_secret_arguments(std::span<char* const> arguments);

}  // namespace smew::config
