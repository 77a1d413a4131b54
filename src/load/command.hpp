#pragma once
// A command of `smew load`: adds its flags to the command line and, when it was chosen, runs. For this room.

#include "load/options.hpp"

#include <functional>
#include <string>
#include <vector>

namespace smew::load {

struct CommandFacts {
    std::string version;
    std::vector<std::string> arguments;  // without passwords, for the report
};

// Runs what was chosen; the exit code.
using Chosen = std::function<int(const CommandFacts&)>;

// Each adds a subcommand and sets `chosen` when the line names it.
void add_pgwire(CLI::App& load, Chosen& chosen);
void add_soak(CLI::App& load, Chosen& chosen);
void add_websocket(CLI::App& load, Chosen& chosen);
void add_database(CLI::App& load, Chosen& chosen);
void add_compare(CLI::App& load, Chosen& chosen);
void add_merge(CLI::App& load, Chosen& chosen);

// Prints the error with its hint on stderr; `code` is kExitUsage or kExitUnreachable.
int refuse(const Error& error, int code);

}  // namespace smew::load
