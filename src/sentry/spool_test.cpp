#include "sentry/spool.hpp"

#include "core/random.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace smew::sentry {
namespace {

constexpr WallTime kNow{std::chrono::hours(480'000)};

Envelope envelope(const std::string& id) {
    Envelope made(Category::kError);
    made.set_event(id, {{"trace_id", "t"}});
    made.add_item("event", boost::json::object{{"event_id", id}, {"text", "two\nlines"}});
    return made;
}

class SpoolTest : public testing::Test {
protected:
    ~SpoolTest() override { std::filesystem::remove_all(directory_); }
    const std::filesystem::path directory_ =
        std::filesystem::temp_directory_path() / ("smew_spool_" + random_hex(8)) / "sentry";
};

TEST_F(SpoolTest, GivesBackInOrderAndAfterARestart) {
    {
        Spool spool(directory_, 1'000'000);
        EXPECT_TRUE(spool.empty());
        EXPECT_TRUE(spool.keep(envelope("a"), kNow).kept);
        EXPECT_TRUE(spool.keep(envelope("b"), kNow + std::chrono::seconds(1)).kept);
    }
    Spool spool(directory_, 1'000'000);
    ASSERT_EQ(spool.size(), 2U);
    EXPECT_EQ(spool.front()->text(kNow), envelope("a").text(kNow));
    spool.pop();
    EXPECT_EQ(spool.front()->text(kNow), envelope("b").text(kNow));
    spool.pop();
    EXPECT_TRUE(spool.empty());
    EXPECT_TRUE(std::filesystem::is_empty(directory_));
}

TEST_F(SpoolTest, WhenItWasSentIsWrittenByThenAndOnce) {
    Spool spool(directory_, 1'000'000);
    spool.keep(envelope("a"), kNow);
    std::ostringstream content;
    content << std::ifstream(std::filesystem::directory_iterator(directory_)->path()).rdbuf();
    EXPECT_EQ(content.str().find("sent_at"), std::string::npos);
    const std::string text = spool.front()->text(kNow);
    const auto header = boost::json::parse(text.substr(0, text.find('\n')));
    EXPECT_EQ(header.at("sent_at").as_string(), to_iso8601(kNow));
    EXPECT_EQ(text.find("sent_at", text.find('\n')), std::string::npos);
}

TEST_F(SpoolTest, IsBounded) {
    const std::uint64_t size = envelope("a").stored().size();
    Spool spool(directory_, 3 * size, 10);
    std::size_t dropped = 0;
    for (const char id : {'a', 'b', 'c', 'd', 'e'}) dropped += spool.keep(envelope({id}), kNow).dropped;
    EXPECT_EQ(dropped, 2U);
    EXPECT_EQ(spool.size(), 3U);
    EXPECT_EQ(spool.front()->text(kNow), envelope("c").text(kNow));
    EXPECT_FALSE(spool.keep(envelope(std::string(4 * size, 'x')), kNow).kept);
}

TEST_F(SpoolTest, DamagedFilesAreRemoved) {
    std::filesystem::create_directories(directory_);
    for (const char* text : {"", "{", "{}\n{}\n", "{\"category\":99}\n{}\n", "[]\n[]\n[]"}) {
        static int number = 0;
        std::ofstream(directory_ / ("0000000000000000000" + std::to_string(number++) + "-000000.envelope")) << text;
    }
    std::ofstream(directory_ / "unfinished.envelope.tmp") << "{}";
    Spool spool(directory_, 1'000'000);
    EXPECT_FALSE(spool.front());
    EXPECT_TRUE(std::filesystem::is_empty(directory_));
}

}  // namespace
}  // namespace smew::sentry
