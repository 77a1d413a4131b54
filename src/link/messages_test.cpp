#include "link/messages.hpp"

#include "link/wire.hpp"

#include <gtest/gtest.h>

#include <random>

namespace smew::link {
namespace {

using Frame = std::vector<std::uint8_t>;

Frame encoded(const Message& message) {
    Frame out;
    encode(out, message);
    return out;
}

// Gives every field of a message a value of its own, so that one left out or swapped shows.
class Sample {
public:
    void fill(bool& value) { value = true; }
    template <wire::Number T>
    void fill(T& value) {
        value = static_cast<T>(0x0102030405060708ULL * ++count_);
    }
    template <wire::Enumeration T>
    void fill(T& value) {
        value = static_cast<T>(wire::kLast<T>);
    }
    void fill(std::string& value) {
        value = "text ";
        value += std::to_string(++count_);
    }
    void fill(Sqlstate& value) { value = sqlstate::kDiskFull; }
    template <class Tag, class Value>
    void fill(StrongId<Tag, Value>& value) {
        Value plain{};
        fill(plain);
        value = StrongId<Tag, Value>(plain);
    }
    template <class A, class B>
    void fill(std::pair<A, B>& value) {
        fill(value.first);
        fill(value.second);
    }
    template <class T>
    void fill(std::optional<T>& value) {
        fill(value.emplace());
    }
    template <class T>
    void fill(std::vector<T>& values) {
        values.resize(3);
        for (T& value : values) fill(value);
    }
    template <class... Ts>
    void fill(std::variant<Ts...>& value) {
        std::visit([this](auto& held) { fill(held); }, value);
    }
    template <wire::Structure T>
    void fill(T& value) {
        boost::pfr::for_each_field(value, [this](auto& field) { fill(field); });
    }

private:
    std::uint64_t count_ = 0;
};

template <std::size_t... I>
std::vector<Message> blank_messages(std::index_sequence<I...>) {
    return {Message(std::in_place_index<I>)...};
}

std::vector<Message> samples() {
    auto messages = blank_messages(std::make_index_sequence<std::variant_size_v<Message>>{});
    for (LoadJob job : {LoadJob(RewriteJob()), LoadJob(ExportJob()), LoadJob(PreviewJob())}) {
        messages.emplace_back(RunJob{.work = std::move(job)});
    }
    for (Message& message : messages) Sample().fill(message);
    return messages;
}

Message decoded(const Frame& frame) {
    ByteSpan input(frame);
    auto message = decode(input);
    EXPECT_TRUE(message.has_value()) << message.error().message << ": " << message.error().detail;
    EXPECT_TRUE(input.empty());
    return message->value();
}

Sqlstate code_of(const Frame& frame) {
    ByteSpan input(frame);
    const auto message = decode(input);
    EXPECT_EQ(input.size(), message ? 0 : frame.size());
    return message ? sqlstate::kSuccess : message.error().code;
}

// A frame with a right length around `payload`.
Frame framed(std::uint16_t type, const Frame& payload) {
    Frame out;
    ByteWriter writer(out);
    writer.u32(static_cast<std::uint32_t>(payload.size() + 2));
    writer.u16(type);
    writer.bytes(payload);
    return out;
}

template <class T>
std::uint16_t type_of() {
    return static_cast<std::uint16_t>(Message(T{}).index());
}

TEST(Messages, EveryMessageSurvivesTheRoundTrip) {
    for (const Message& message : samples()) {
        const Frame frame = encoded(message);
        const Message back = decoded(frame);
        EXPECT_EQ(back.index(), message.index());
        EXPECT_EQ(encoded(back), frame) << message.index();
    }
}

TEST(Messages, BlankMessagesSurviveToo) {
    for (const Message& message : blank_messages(std::make_index_sequence<std::variant_size_v<Message>>{})) {
        EXPECT_EQ(encoded(decoded(encoded(message))), encoded(message)) << message.index();
    }
}

TEST(Messages, FieldsKeepTheirPlaces) {
    const Message message = AdoptSession{.session = SessionId("sess_1"),
                                         .backend_pid = -7,
                                         .cancel_key = std::string("\0\xff", 2),
                                         .user = "ws_a",
                                         .database = "workspace_a",
                                         .client_port = 65535,
                                         .internal = true,
                                         .door = Door::kWebsocket,
                                         .reads_only = true,
                                         .parameters = {{"application_name", "psql"}, {"a", ""}}};
    const Message back = decoded(encoded(message));
    const auto& got = std::get<AdoptSession>(back);
    EXPECT_EQ(got.session.value(), "sess_1");
    EXPECT_EQ(got.backend_pid, -7);
    EXPECT_EQ(got.cancel_key, std::string("\0\xff", 2));
    EXPECT_EQ(got.user, "ws_a");
    EXPECT_EQ(got.database, "workspace_a");
    EXPECT_EQ(got.client_port, 65535);
    EXPECT_FALSE(got.tls);
    EXPECT_TRUE(got.internal);
    EXPECT_EQ(got.door, Door::kWebsocket);
    EXPECT_TRUE(got.reads_only);
    ASSERT_EQ(got.parameters.size(), 2U);
    EXPECT_EQ(got.parameters[0].second, "psql");
}

TEST(Messages, BytesOnTheWire) {
    EXPECT_EQ(encoded(CancelStatement{SessionId("ab"), CancelReason::kAdmin}),
              (Frame{0, 0, 0, 9, 0, 2, 0, 0, 0, 2, 'a', 'b', 7}));
    EXPECT_EQ(encoded(ListCatalog{0x0102030405060708}), (Frame{0, 0, 0, 10, 0, 13, 1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST(Messages, EveryPrefixNeedsMore) {
    for (const Message& message : samples()) {
        const Frame frame = encoded(message);
        for (std::size_t length = 0; length < frame.size(); ++length) {
            ByteSpan input = ByteSpan(frame).first(length);
            const auto result = decode(input);
            ASSERT_TRUE(result.has_value()) << length;
            EXPECT_FALSE(result->has_value()) << length;
            EXPECT_EQ(input.size(), length);
        }
    }
}

TEST(Messages, ShortPayloadIsMalformed) {
    for (const Message& message : samples()) {
        const Frame frame = encoded(message);
        for (std::size_t cut = kHeaderBytes; cut < frame.size(); ++cut) {
            const Frame payload(frame.begin() + kHeaderBytes, frame.begin() + static_cast<std::ptrdiff_t>(cut));
            EXPECT_EQ(code_of(framed(static_cast<std::uint16_t>(message.index()), payload)), sqlstate::kInternalError);
        }
    }
}

TEST(Messages, TrailingBytesAreMalformed) {
    for (const Message& message : samples()) {
        const Frame frame = encoded(message);
        Frame payload(frame.begin() + kHeaderBytes, frame.end());
        payload.push_back(0);
        EXPECT_EQ(code_of(framed(static_cast<std::uint16_t>(message.index()), payload)), sqlstate::kInternalError);
    }
}

TEST(Messages, UnknownTypeIsMalformed) {
    EXPECT_EQ(code_of(framed(std::variant_size_v<Message>, {})), sqlstate::kInternalError);
    EXPECT_EQ(code_of(framed(0xffff, {})), sqlstate::kInternalError);
}

TEST(Messages, ImpossibleLengthsAreRefusedFromTheHeaderAlone) {
    EXPECT_EQ(code_of({0, 0, 0, 0}), sqlstate::kInternalError);
    EXPECT_EQ(code_of({0, 0, 0, 1}), sqlstate::kInternalError);
    EXPECT_EQ(code_of({0xff, 0xff, 0xff, 0xff}), sqlstate::kInternalError);
    EXPECT_EQ(code_of({0x04, 0, 0, 1}), sqlstate::kInternalError);  // kMaxFrameBytes + 1
}

TEST(Messages, EnumsAndBooleansOutOfRangeAreMalformed) {
    EXPECT_EQ(code_of(framed(type_of<EndAllSessions>(), {14})), sqlstate::kInternalError);
    EXPECT_EQ(code_of(framed(type_of<EndAllSessions>(), {13})), sqlstate::kSuccess);
    Frame outcome = encoded(TableResolved{.request = 1, .generation = 2});
    ASSERT_EQ(outcome.back(), 0);  // no table
    outcome.back() = 2;
    EXPECT_EQ(code_of(outcome), sqlstate::kInternalError);
    Frame job = encoded(RunJob{.job = 1, .timeout_ms = 1, .work = PreviewJob()});
    job[kHeaderBytes + 12] = 4;  // there are four kinds of job, numbered from 0
    EXPECT_EQ(code_of(job), sqlstate::kInternalError);
}

TEST(Messages, CountsThatLieAllocateNothing) {
    Frame payload;
    ByteWriter writer(payload);
    writer.u64(1);
    writer.u64(2);
    writer.u32(0xffffffff);  // schemas
    writer.bytes(Frame(64));
    EXPECT_EQ(code_of(framed(type_of<CatalogListed>(), payload)), sqlstate::kInternalError);
}

TEST(Messages, ElementsOfAllListsTogetherAreBounded) {
    Stats stats;
    stats.duration_buckets.resize(wire::Decoder::kMaxElements);
    EXPECT_EQ(code_of(encoded(stats)), sqlstate::kSuccess);
    stats.duration_buckets.push_back(0);
    EXPECT_EQ(code_of(encoded(stats)), sqlstate::kInternalError);
}

TEST(Messages, SeveralFramesAreTakenOneByOne) {
    Frame frames = encoded(EndAllSessions{CancelReason::kShutdown});
    encode(frames, Shutdown{.grace_ms = 9});
    ByteSpan input(frames);
    EXPECT_TRUE(std::holds_alternative<EndAllSessions>(decode(input)->value()));
    EXPECT_EQ(std::get<Shutdown>(decode(input)->value()).grace_ms, 9U);
    EXPECT_TRUE(input.empty());
}

TEST(Messages, RandomPayloadsGiveAnErrorOrAMessage) {
    std::mt19937 random(20130101);
    for (int round = 0; round < 20'000; ++round) {
        Frame payload(random() % 200);
        for (auto& byte : payload) byte = static_cast<std::uint8_t>(random() % 3 == 0 ? random() : random() % 4);
        const Frame frame = framed(static_cast<std::uint16_t>(random() % std::variant_size_v<Message>), payload);
        ByteSpan input(frame);
        const auto result = decode(input);
        if (result) {
            EXPECT_EQ(encoded(result->value()), frame);
        } else {
            EXPECT_EQ(result.error().code, sqlstate::kInternalError);
        }
    }
}

TEST(Messages, DamagedFramesEncodeToWhatTheyDecodedFrom) {
    std::mt19937 random(7);
    for (const Message& message : samples()) {
        for (int round = 0; round < 300; ++round) {
            Frame frame = encoded(message);
            frame[kHeaderBytes + random() % (frame.size() - kHeaderBytes)] = static_cast<std::uint8_t>(random());
            ByteSpan input(frame);
            const auto result = decode(input);
            if (result && result->has_value()) {
                EXPECT_EQ(encoded(**result), frame);
            }
        }
    }
}

}  // namespace
}  // namespace smew::link
