#include "config/command_line.hpp"

#include "config/nearest.hpp"
#include "config/reference.hpp"
#include "config/settings_table.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>

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
    CLI::App* worker = app.add_subcommand("worker");
    CLI::App* settings_doc = app.add_subcommand("settings-doc");
    CLI::Option* version_flag = app.add_flag("--version");

    Grammar() {
        app.require_subcommand(0, 1);
        for (CLI::App* one : {&app, serve, version, worker, settings_doc}) {
            one->allow_extras();
            one->set_help_flag(std::string("-h,") + kHelpFlag);
        }
        serve->add_option(kConfigFlag)->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
        serve->add_flag(kPrintConfigFlag);
        for (const Setting& setting : settings_table()) add_setting(*serve, setting);
    }
};

std::vector<std::string> known_flags(const Grammar& grammar, bool serving) {
    std::vector<std::string> known{kHelpFlag};
    if (!serving) return known;
    for (const CLI::Option* option : grammar.serve->get_options()) known.push_back("--" + option->get_lnames().front());
    return known;
}

bool is_setting_flag(std::string_view flag) {
    return std::ranges::any_of(settings_table(), [flag](const Setting& setting) { return setting.flag() == flag; });
}

// The complaint about a word that no command or flag took.
std::string unknown_word(const Grammar& grammar, const std::string& word) {
    const bool serving = grammar.serve->parsed();
    if (word.starts_with('-')) {
        const std::string flag = word.substr(0, word.find('='));
        if (!serving && is_setting_flag(flag))
            return "flag " + in_quotes(flag) + " belongs to the command serve: smew serve " + flag;
        return "unknown flag " + in_quotes(flag) + "; did you mean " +
               in_quotes(nearest(flag, known_flags(grammar, serving))) + "?";
    }
    if (!grammar.app.get_subcommands().empty()) return "unexpected argument " + in_quotes(word);
    const std::vector<std::string> commands{"serve", "version"};
    return "unknown command " + in_quotes(word) + "; did you mean " + in_quotes(nearest(word, commands)) + "?";
}

CommandLine serve_command(const Grammar& grammar) {
    CommandLine line{Command::kServe};
    for (const Setting& setting : settings_table()) {
        const CLI::Option* option = grammar.serve->get_option(setting.flag());
        if (option->count() > 0) line.flags.push_back({std::string(setting.name), option->results().back()});
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
    if (grammar.worker->parsed()) return {Command::kWorker};
    if (grammar.settings_doc->parsed()) return {Command::kSettingsDoc};
    if (grammar.version->parsed() || grammar.version_flag->count() > 0) return {Command::kVersion};
    return usage_error("a command is missing");
}

}  // namespace

CommandLine parse_command_line(std::span<const char* const> arguments) {
    Grammar grammar;
    // CLI11 takes them in reverse.
    std::vector<std::string> words(arguments.rbegin(), arguments.rend());
    try {
        grammar.app.parse(std::move(words));
    } catch (const CLI::CallForHelp&) {
        return help(grammar.serve->parsed() ? serve_help() : program_help());
    } catch (const CLI::ParseError& error) {
        return usage_error(error.what());
    }
    return chosen_command(grammar);
}

}  // namespace smew::config
