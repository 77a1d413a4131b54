#pragma once
// What somebody typed: which command, with which flags. Flags of `serve` are the settings.

#include "config/load.hpp"

#include <span>
#include <string>
#include <vector>

namespace smew::config {

enum class Command {
    kServe,
    kWorker,  // internal: a worker process
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

}  // namespace smew::config
