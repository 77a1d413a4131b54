// Damaged message streams: the session answers or ends, and what it sends is always whole messages.
#include "pgsession/session_fixture.hpp"

#include <algorithm>
#include <random>

namespace smew::pgsession::testing {
namespace {

std::vector<std::uint8_t> valid_stream() {
    std::vector<std::uint8_t> bytes;
    pg::Bind bind;
    bind.statement = "s";
    bind.parameters = {as_bytes("1")};
    bind.result_formats = {pg::Format::kBinary};
    pg::write(bytes, pg::Query{"begin; select a from t; set local timezone = 'Europe/Prague'; commit"});
    pg::write(bytes, pg::Parse{"s", "select $1", {23}});
    pg::write(bytes, bind);
    pg::write(bytes, pg::Describe{pg::Target::kPortal, ""});
    pg::write(bytes, pg::Execute{"", 1});
    pg::write(bytes, pg::Close{pg::Target::kStatement, "s"});
    pg::write(bytes, pg::Sync{});
    pg::write(bytes, pg::Query{"prepare p as select 1; execute p; show all"});
    return bytes;
}

class HostileInput : public SessionTest, public ::testing::WithParamInterface<unsigned> {};

TEST_P(HostileInput, IsAnsweredWithWholeMessages) {
    std::mt19937 random(GetParam());
    const std::vector<std::uint8_t> valid = valid_stream();
    for (int round = 0; round < 200; ++round) {
        TestClient victim(instance, TestClient::default_info(), {.max_message_bytes = 1U << 20});
        victim.start();
        std::string bytes(valid.begin(), valid.end());
        for (unsigned i = random() % 6; i > 0; --i) {
            const std::size_t at = random() % bytes.size();
            if (random() % 3 == 0) bytes.erase(at, random() % 8);
            if (random() % 3 == 0) bytes.insert(at, 1, static_cast<char>(random()));
            if (at < bytes.size()) bytes[at] = static_cast<char>(random());
        }
        bytes.resize(random() % 4 == 0 ? random() % (bytes.size() + 1) : bytes.size());
        const Messages messages = victim.add_raw(bytes).exchange();
        EXPECT_EQ(std::ranges::count(messages, "incomplete"), 0);
        EXPECT_EQ(std::ranges::count_if(messages, [](const auto& m) { return m.starts_with("malformed"); }), 0);
        victim.close();
        EXPECT_EQ(victim.session().run(), Session::Next::kClosed);
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, HostileInput, ::testing::Range(1U, 9U));

}  // namespace
}  // namespace smew::pgsession::testing
