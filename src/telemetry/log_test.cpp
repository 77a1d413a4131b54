#include "telemetry/log.hpp"

#include "telemetry/json_text.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <sstream>
#include <thread>
#include <vector>

namespace smew::log {
namespace {

std::string logged(void (*write)(std::string_view, Fields), std::string_view event, Fields fields) {
    testing::internal::CaptureStderr();
    write(event, fields);
    return testing::internal::GetCapturedStderr();
}

std::string json_string(std::string_view text) {
    std::string out;
    telemetry::append_json_string(out, text);
    return out;
}

TEST(Log, OneJsonObjectALine) {
    const std::string line =
        logged(warning, "worker_lost", {{"pid", 7}, {"reason", "signal 9"}, {"tls", true}, {"load", 0.5}});
    ASSERT_TRUE(line.ends_with("}\n"));
    const boost::json::object object = boost::json::parse(line).as_object();
    EXPECT_EQ(object.at("level"), "warning");
    EXPECT_EQ(object.at("event"), "worker_lost");
    EXPECT_EQ(object.at("pid"), 7);
    EXPECT_EQ(object.at("reason"), "signal 9");
    EXPECT_EQ(object.at("tls"), true);
    EXPECT_EQ(object.at("load"), 0.5);
    const std::string_view timestamp = object.at("timestamp").as_string();
    EXPECT_EQ(timestamp.size(), std::string_view("2024-12-19T10:30:45.123Z").size());
    EXPECT_TRUE(timestamp.ends_with('Z'));
}

TEST(Log, LevelHidesWhatIsLessSevere) {
    set_level(Level::kWarning);
    EXPECT_EQ(logged(info, "quiet", {}), "");
    EXPECT_NE(logged(error, "loud", {}), "");
    set_level(Level::kInfo);
    EXPECT_EQ(logged(debug, "quiet", {}), "");
    EXPECT_NE(logged(info, "loud", {}), "");
}

TEST(Log, HostileTextStaysInItsString) {
    const std::string line = logged(info, "query", {{"sql", "a\"}\n{\"level\":\"error\"\x1b[2J\xff"}});
    EXPECT_EQ(std::ranges::count(line, '\n'), 1);
    const boost::json::object object = boost::json::parse(line).as_object();
    EXPECT_EQ(object.at("sql"), "a\"}\n{\"level\":\"error\"\x1b[2J\xEF\xBF\xBD");
}

TEST(Log, NumbersJsonDoesNotHaveAreNull) {
    const std::string line = logged(info, "x",
                                    {{"a", std::numeric_limits<double>::infinity()},
                                     {"b", std::numeric_limits<double>::quiet_NaN()},
                                     {"c", std::numeric_limits<std::int64_t>::min()}});
    const boost::json::object object = boost::json::parse(line).as_object();
    EXPECT_TRUE(object.at("a").is_null());
    EXPECT_TRUE(object.at("b").is_null());
    EXPECT_EQ(object.at("c"), std::numeric_limits<std::int64_t>::min());
}

TEST(Log, LinesOfManyThreadsDoNotMix) {
    testing::internal::CaptureStderr();
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([i] {
            for (int n = 0; n < 200; ++n) info("line", {{"thread", i}, {"text", std::string(100, 'x')}});
        });
    }
    for (std::thread& thread : threads) thread.join();
    std::istringstream lines(testing::internal::GetCapturedStderr());
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) EXPECT_NO_THROW(boost::json::parse(line)) << line;
    EXPECT_EQ(count, 800);
}

TEST(JsonText, EscapesWhatJsonAndTerminalsNeed) {
    EXPECT_EQ(json_string("plain / text"), "\"plain / text\"");
    EXPECT_EQ(json_string("\"\\\n\r\t"), R"("\"\\\n\r\t")");
    EXPECT_EQ(json_string(std::string_view("\0\x1f\x7f", 3)), R"("\u0000\u001f\u007f")");
    EXPECT_EQ(json_string("\xC2\x9B"), R"("\u009b")");
    EXPECT_EQ(json_string("\xE2\x80\xA8\xE2\x80\xA9"), R"("\u2028\u2029")");
    EXPECT_EQ(json_string("žluťoučký 🦆"), "\"žluťoučký 🦆\"");
}

TEST(JsonText, ReplacesWhatIsNoUtf8) {
    const std::string bad = "\xEF\xBF\xBD";
    EXPECT_EQ(json_string("\x80"), '"' + bad + '"');                                // continuation without a lead
    EXPECT_EQ(json_string("\xC0\xAF"), '"' + bad + bad + '"');                      // overlong
    EXPECT_EQ(json_string("\xE0\x80\x80"), '"' + bad + bad + bad + '"');            // overlong
    EXPECT_EQ(json_string("\xED\xA0\x80"), '"' + bad + bad + bad + '"');            // surrogate
    EXPECT_EQ(json_string("\xF4\x90\x80\x80"), '"' + bad + bad + bad + bad + '"');  // above U+10FFFF
    EXPECT_EQ(json_string("a\xE2\x82"), "\"a" + bad + bad + '"');                   // cut off
    EXPECT_EQ(json_string("\xC3(b"), '"' + bad + "(b\"");
}

TEST(JsonText, CutsAtAWholeCharacter) {
    const std::string text = std::string(telemetry::kMaxLoggedText - 1, 'a') + "ž" + "tail";
    EXPECT_EQ(json_string(text), '"' + std::string(telemetry::kMaxLoggedText - 1, 'a') + "…\"");
    const std::string fits(telemetry::kMaxLoggedText, 'a');
    EXPECT_EQ(json_string(fits), '"' + fits + '"');
}

}  // namespace
}  // namespace smew::log
