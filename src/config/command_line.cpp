#include "config/command_line.hpp"

#include "config/nearest.hpp"
#include "config/reference.hpp"
#include "config/settings_table.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstring>

namespace smew::config {
namespace {

constexpr const char* kConfigFlag = "--config";
constexpr const char* kPrintConfigFlag = "--print-config";
constexpr const char* kHelpFlag = "--help";

CommandLine usage_error(std::string text) {
    CommandLine line;
    line.text = std::move(text);
    return line;
}

CommandLine help(std::string text) {
    CommandLine line{Command::kHelp};
    line.text = std::move(text);
    return line;
}

void add_setting(CLI::App& serve, const Setting& setting) {
    CLI::Option* option =
        setting.kind == Kind::kBoolean ? serve.add_flag(setting.flag()) : serve.add_option(setting.flag())->expected(1);
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

// The command line as CLI11 reads it. Words it does not know are kept, to be answered with the nearest known one.
struct Grammar {
    CLI::App app;
    CLI::App* serve = app.add_subcommand("serve");
    CLI::App* version = app.add_subcommand("version");
    CLI::App* settings_doc = app.add_subcommand("settings-doc");
    CLI::Option* version_flag = app.add_flag("--version");

    Grammar() {
        app.require_subcommand(0, 1);
        for (CLI::App* one : {&app, serve, version, settings_doc}) {
            one->allow_extras();
            one->set_help_flag(std::string("-h,") + kHelpFlag);
        }
        serve->add_option(kConfigFlag)->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
        serve->add_flag(kPrintConfigFlag);
        for (const Setting& setting : settings_table()) add_setting(*serve, setting);
    }
};

std::vector<std::string> flags_of_serve(const Grammar& grammar) {
    std::vector<std::string> known;
    for (const CLI::Option* option : grammar.serve->get_options()) known.push_back("--" + option->get_lnames().front());
    return known;
}

bool is_flag_of_serve(const Grammar& grammar, const std::string& word) {
    return std::ranges::count(flags_of_serve(grammar), word) > 0;
}

std::string unknown_flag(const Grammar& grammar, const std::string& flag) {
    // A flag of serve that serve did not take stood before the command.
    if (flag != kHelpFlag && is_flag_of_serve(grammar, flag)) {
        return "flag " + in_quotes(flag) + " belongs after the command: smew serve " + flag;
    }
    const std::vector<std::string> known =
        grammar.serve->parsed() ? flags_of_serve(grammar) : std::vector<std::string>{kHelpFlag, "--version"};
    return "unknown flag " + in_quotes(flag) + "; did you mean " + in_quotes(nearest(flag, known)) + "?";
}

// The complaint about a word that no command or flag took.
std::string unknown_word(const Grammar& grammar, const std::string& word) {
    if (word.starts_with('-')) return unknown_flag(grammar, word.substr(0, word.find('=')));
    if (!grammar.app.get_subcommands().empty()) return "unexpected argument " + in_quotes(word);
    const std::vector<std::string> commands{"serve", "load", "version"};
    return "unknown command " + in_quotes(word) + "; did you mean " + in_quotes(nearest(word, commands)) + "?";
}

CommandLine serve_command(const Grammar& grammar) {
    CommandLine line{Command::kServe};
    for (const Setting& setting : settings_table()) {
        const CLI::Option* option = grammar.serve->get_option(setting.flag());
        if (option->count() == 0) continue;
        const std::string& text = option->results().back();
        if (is_flag_of_serve(grammar, text)) return usage_error("flag " + in_quotes(setting.flag()) + " needs a value");
        line.flags.push_back({std::string(setting.name), text});
    }
    const CLI::Option* file = grammar.serve->get_option(kConfigFlag);
    if (file->count() > 0) line.config_file = file->results().back();
    line.print_config = grammar.serve->get_option(kPrintConfigFlag)->as<bool>();
    return line;
}

CommandLine chosen_command(const Grammar& grammar) {
    const std::vector<std::string> left = grammar.app.remaining(true);
    if (!left.empty()) return usage_error(unknown_word(grammar, left.front()));
    if (grammar.serve->parsed()) return serve_command(grammar);
    if (grammar.settings_doc->parsed()) return {Command::kSettingsDoc};
    if (grammar.version->parsed() || grammar.version_flag->count() > 0) return {Command::kVersion};
    return usage_error("a command is missing");
}

// As CLI11 takes them: the last first. "--flag=" becomes the flag and an empty value, where CLI11 would go on to take
// the next word for the value.
std::vector<std::string> reversed_words(std::span<const char* const> arguments) {
    std::vector<std::string> words;
    for (const std::string_view word : arguments) {
        const bool empty_value = word.starts_with("--") && word.find('=') == word.size() - 1;
        words.emplace_back(empty_value ? word.substr(0, word.size() - 1) : word);
        if (empty_value) words.emplace_back();
    }
    std::ranges::reverse(words);
    return words;
}

void hide(char* text) {
    std::fill_n(text, std::strlen(text), '*');
}

}  // namespace

CommandLine parse_command_line(std::span<const char* const> arguments) {
    Grammar grammar;
    try {
        grammar.app.parse(reversed_words(arguments));
    } catch (const CLI::CallForHelp&) {
        return help(grammar.serve->parsed() ? serve_help() : program_help());
    } catch (const CLI::ParseError& error) {
        return usage_error(error.what());
    }
    return chosen_command(grammar);
}

void hide_secret_arguments(std::span<char* const> arguments) {
    for (const Setting& setting : settings_table()) {
        if (!setting.secret()) continue;
        const std::string flag = setting.flag();
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            const std::string_view word = arguments[i];
            if (word == flag && i + 1 < arguments.size()) hide(arguments[i + 1]);
            if (word.starts_with(flag + "=")) hide(arguments[i] + flag.size() + 1);
        }
    }
}

}  // namespace smew::config
