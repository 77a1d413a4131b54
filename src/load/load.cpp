#include "load/load.hpp"

#include "load/command.hpp"
#include "load/dsn.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace smew::load {
namespace {

bool is_secret(std::string_view flag) {
    return flag == "--dsn" || flag == "--password" || flag == "--token" || flag == "--header";
}

// A DSN keeps what is no password; the others keep nothing.
std::string shown(std::string_view flag, std::string_view value) {
    return flag == "--dsn" ? without_password(value) : "***";
}

std::vector<std::string> without_secrets(std::span<char* const> arguments) {
    std::vector<std::string> words{"smew", "load"};
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view word = arguments[i];
        const std::size_t equals = word.find('=');
        const std::string_view flag = word.substr(0, equals);
        const bool after = i > 0 && is_secret(arguments[i - 1]);
        if (after) {
            words.push_back(shown(arguments[i - 1], word));
        } else if (is_secret(flag) && equals != std::string_view::npos) {
            words.push_back(std::string(flag) + "=" + shown(flag, word.substr(equals + 1)));
        } else {
            words.emplace_back(word);
        }
    }
    return words;
}

// Every user of the machine may read the arguments of its processes.
void hide_secrets(std::span<char* const> arguments) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        char* equals = std::strchr(arguments[i], '=');
        const std::string_view flag(arguments[i], equals == nullptr ? std::strlen(arguments[i])
                                                                    : static_cast<std::size_t>(equals - arguments[i]));
        char* value = equals == nullptr ? nullptr : equals + 1;
        if (value == nullptr && i + 1 < arguments.size()) value = arguments[i + 1];
        if (is_secret(flag) && value != nullptr) std::fill_n(value, std::strlen(value), '*');
    }
}

}  // namespace

int refuse(const Error& error, int code) {
    std::fprintf(stderr, "smew load: %s\n", error.message.c_str());
    for (const std::string* more : {&error.detail, &error.hint}) {
        if (!more->empty()) std::fprintf(stderr, "%s\n", more->c_str());
    }
    return code;
}

int run_load(std::span<char* const> arguments, std::string_view version) {
    CLI::App app("Load tests of smew, of any PostgreSQL server and of any WebSocket server.", "smew load");
    app.require_subcommand(0, 1);
    app.footer(
        "Exit codes: 0 targets met, 2 usage, 3 unreachable, 97 worse than the baseline, 99 a target failed,\n"
        "105 interrupted, 110 the generator was too slow to be trusted, 111 wrong replies.");
    Chosen chosen;
    add_pgwire(app, chosen);
    add_soak(app, chosen);
    add_websocket(app, chosen);
    add_database(app, chosen);
    add_compare(app, chosen);
    add_merge(app, chosen);
    std::vector<std::string> words(arguments.begin(), arguments.end());
    std::ranges::reverse(words);  // as CLI11 takes them
    try {
        app.parse(words);
    } catch (const CLI::ParseError& error) {
        const int code = app.exit(error);
        return code == 0 ? 0 : kExitUsage;
    }
    if (!chosen) {
        std::fputs(app.help().c_str(), stderr);
        return kExitUsage;
    }
    const CommandFacts facts{std::string(version), without_secrets(arguments)};
    hide_secrets(arguments);
    return chosen(facts);
}

}  // namespace smew::load
