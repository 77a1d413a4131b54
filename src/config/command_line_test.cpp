#include "config/command_line.hpp"

#include <gtest/gtest.h>

#include <array>

namespace smew::config {
namespace {

CommandLine parse(std::vector<const char*> arguments) {
    return parse_command_line(arguments);
}

std::string usage_error(std::vector<const char*> arguments) {
    const CommandLine line = parse(std::move(arguments));
    EXPECT_EQ(line.command, Command::kUsageError);
    return line.text;
}

TEST(CommandLine, ServeWithFlags) {
    const CommandLine line = parse({"serve", "--data-dir", "d", "--pg-listen=0.0.0.0:1", "--config", "smew.toml"});
    ASSERT_EQ(line.command, Command::kServe) << line.text;
    ASSERT_EQ(line.flags.size(), 2U);
    EXPECT_EQ(line.flags[0].name, "data_dir");
    EXPECT_EQ(line.flags[0].text, "d");
    EXPECT_EQ(line.flags[1].name, "pg_listen");
    EXPECT_EQ(line.flags[1].text, "0.0.0.0:1");
    EXPECT_EQ(line.config_file, "smew.toml");
    EXPECT_FALSE(line.print_config);
}

TEST(CommandLine, BooleansStandAloneOrWithAValue) {
    const auto value = [](const char* flag) { return parse({"serve", flag}).flags.at(0).text; };
    EXPECT_EQ(value("--http-tls"), "true");
    EXPECT_EQ(value("--http-tls=true"), "true");
    EXPECT_EQ(value("--http-tls=false"), "false");
    EXPECT_EQ(value("--http-tls=perhaps"), "perhaps");  // refused by load(), which names the source
}

TEST(CommandLine, TheLastOfOneFlagHolds) {
    EXPECT_EQ(parse({"serve", "--io-threads", "1", "--io-threads", "2"}).flags.at(0).text, "2");
    EXPECT_EQ(parse({"serve", "--http-tls", "--http-tls=false"}).flags.at(0).text, "false");
}

TEST(CommandLine, ValuesAreTakenAsTheyAre) {
    EXPECT_EQ(parse({"serve", "--pg-listen", "[::1]:5432"}).flags.at(0).text, "[::1]:5432");
    EXPECT_EQ(parse({"serve", "--public-host", "[a,b]"}).flags.at(0).text, "[a,b]");
    EXPECT_EQ(parse({"serve", "--admin-key=-x=y"}).flags.at(0).text, "-x=y");
    EXPECT_EQ(parse({"serve", "--public-host=", "--http-tls"}).flags.at(0).text, "");
    EXPECT_EQ(parse({"serve", "--public-host", ""}).flags.at(0).text, "");
    EXPECT_EQ(parse({"serve", "--data-dir", "version"}).flags.at(0).text, "version");
}

TEST(CommandLine, PrintConfig) {
    EXPECT_TRUE(parse({"serve", "--print-config"}).print_config);
}

TEST(CommandLine, OtherCommands) {
    EXPECT_EQ(parse({"version"}).command, Command::kVersion);
    EXPECT_EQ(parse({"--version"}).command, Command::kVersion);
    EXPECT_EQ(parse({"settings-doc"}).command, Command::kSettingsDoc);
}

TEST(CommandLine, HelpIsGroupedAndShowsDefaults) {
    for (const char* flag : {"--help", "-h"}) {
        const CommandLine line = parse({"serve", flag});
        EXPECT_EQ(line.command, Command::kHelp);
        EXPECT_NE(line.text.find("\nServer:\n  --data-dir TEXT\n"), std::string::npos);
        EXPECT_NE(line.text.find("[default: 127.0.0.1:5432]"), std::string::npos);
    }
    const CommandLine program = parse({"--help"});
    EXPECT_EQ(program.command, Command::kHelp);
    EXPECT_NE(program.text.find("serve"), std::string::npos);
    EXPECT_EQ(program.text.find("worker"), std::string::npos);
    EXPECT_EQ(program.text.find("settings-doc"), std::string::npos);
}

TEST(CommandLine, UnknownFlagsNameTheNearest) {
    EXPECT_EQ(usage_error({"serve", "--pgwire-ide-timeout-seconds", "5"}),
              "unknown flag \"--pgwire-ide-timeout-seconds\"; did you mean \"--pgwire-idle-timeout-seconds\"?");
    EXPECT_EQ(usage_error({"serve", "--print-confg=1"}),
              "unknown flag \"--print-confg\"; did you mean \"--print-config\"?");
    EXPECT_EQ(usage_error({"serve", "--data_dir", "x"}), "unknown flag \"--data_dir\"; did you mean \"--data-dir\"?");
    EXPECT_EQ(usage_error({"--data-dir", "x", "serve"}),
              "flag \"--data-dir\" belongs after the command: smew serve --data-dir");
}

TEST(CommandLine, UnknownWords) {
    EXPECT_EQ(usage_error({"sreve"}), "unknown command \"sreve\"; did you mean \"serve\"?");
    EXPECT_EQ(usage_error({"serve", "now"}), "unexpected argument \"now\"");
    EXPECT_EQ(usage_error({"serve", "version"}), "unexpected argument \"version\"");
    EXPECT_EQ(usage_error({"version", "serve"}), "unexpected argument \"serve\"");
    EXPECT_EQ(usage_error({"serve", "--http-tls="}), "unexpected argument \"\"");
    EXPECT_EQ(usage_error({"serve", "-x"}).find("unknown flag \"-x\""), 0U);
    EXPECT_EQ(usage_error({"serve", "--", "--data-dir"}).empty(), false);
    EXPECT_EQ(usage_error({}), "a command is missing");
}

TEST(CommandLine, MissingValues) {
    EXPECT_NE(usage_error({"serve", "--data-dir"}).find("--data-dir"), std::string::npos);
    EXPECT_NE(usage_error({"serve", "--data-dir", "--http-tls"}).find("--data-dir"), std::string::npos);
}

TEST(CommandLine, SecretsAreHiddenFromTheProcessList) {
    std::array<std::string, 6> words{"serve",           "--admin-key", "hush", "--admin-key=hush",
                                     "--data-dir=hush", "--admin-key"};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    hide_secret_arguments(arguments);
    EXPECT_EQ(words, (std::array<std::string, 6>{"serve", "--admin-key", "****", "--admin-key=****", "--data-dir=hush",
                                                 "--admin-key"}));
}

}  // namespace
}  // namespace smew::config
