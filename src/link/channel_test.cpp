#include "link/channel.hpp"

#include <gtest/gtest.h>

#include <array>
#include <fcntl.h>
#include <future>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>

namespace smew::link {
namespace {

struct Pair {
    Pair() : Pair(make_socket_pair().value()) {}
    explicit Pair(std::pair<UniqueFd, UniqueFd> ends)
        : left(std::make_unique<Channel>(std::move(ends.first))),
          right(std::make_unique<Channel>(std::move(ends.second))) {}
    std::unique_ptr<Channel> left, right;
};

UniqueFd some_fd() {
    return UniqueFd(::memfd_create("test", MFD_CLOEXEC));
}

std::size_t open_fds() {
    std::size_t count = 0;
    for (int fd = 0; fd < 256; ++fd) count += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
    return count;
}

bool same_file(int a, int b) {
    struct stat left {
    }, right{};
    return ::fstat(a, &left) == 0 && ::fstat(b, &right) == 0 && left.st_ino == right.st_ino;
}

// Bytes, and a descriptor with the first of them, as a peer that keeps to no rules would send them.
void send_raw(int socket, const std::vector<std::uint8_t>& data, const std::vector<int>& fds = {}) {
    iovec part{const_cast<std::uint8_t*>(data.data()), data.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * 32)> control{};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    if (!fds.empty()) {
        header.msg_control = control.data();
        header.msg_controllen = CMSG_SPACE(sizeof(int) * fds.size());
        cmsghdr* rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof(int) * fds.size());
        std::memcpy(CMSG_DATA(rights), fds.data(), sizeof(int) * fds.size());
    }
    ASSERT_EQ(::sendmsg(socket, &header, 0), static_cast<ssize_t>(data.size()));
}

std::vector<std::uint8_t> encoded(const Message& message) {
    std::vector<std::uint8_t> out;
    encode(out, message);
    return out;
}

TEST(Channel, CarriesMessagesInBothDirections) {
    Pair pair;
    ASSERT_TRUE(pair.left->send(ListCatalog{1}));
    ASSERT_TRUE(pair.right->send(Ending{"why", SessionId("s")}));
    EXPECT_EQ(std::get<ListCatalog>(pair.right->receive().value()->message).request, 1U);
    EXPECT_EQ(std::get<Ending>(pair.left->receive().value()->message).reason, "why");
}

TEST(Channel, HandsOverDescriptorsInOrder) {
    Pair pair;
    const UniqueFd first = some_fd(), second = some_fd();
    ASSERT_TRUE(pair.left->send(AdoptSession{.session = SessionId("a")}, first.get()));
    ASSERT_TRUE(pair.left->send(ListCatalog{5}));
    ASSERT_TRUE(pair.left->send(AdoptSession{.session = SessionId("b")}, second.get()));
    const auto a = pair.right->receive().value();
    EXPECT_TRUE(same_file(a->fd.get(), first.get()));
    EXPECT_NE(::fcntl(a->fd.get(), F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_LT(pair.right->receive().value()->fd.get(), 0);
    const auto b = pair.right->receive().value();
    EXPECT_EQ(std::get<AdoptSession>(b->message).session.value(), "b");
    EXPECT_TRUE(same_file(b->fd.get(), second.get()));
}

TEST(Channel, RefusesToSendADescriptorOutOfPlace) {
    Pair pair;
    const UniqueFd fd = some_fd();
    EXPECT_EQ(pair.left->send(ListCatalog{1}, fd.get()).error().code, sqlstate::kInternalError);
    EXPECT_EQ(pair.left->send(AdoptSession{}).error().code, sqlstate::kInternalError);
    ASSERT_TRUE(pair.left->send(ListCatalog{2}));
    EXPECT_EQ(std::get<ListCatalog>(pair.right->receive().value()->message).request, 2U);
}

TEST(Channel, AMessageWithoutItsDescriptorIsAnError) {
    Pair pair;
    send_raw(pair.left->fd(), encoded(AdoptSession{}));
    EXPECT_EQ(pair.right->receive().error().code, sqlstate::kProtocolViolation);
}

TEST(Channel, ClosesDescriptorsNobodyAskedFor) {
    Pair pair;
    const UniqueFd fd = some_fd();
    const std::size_t before = open_fds();
    for (std::uint64_t i = 0; i < 40; ++i) {
        send_raw(pair.left->fd(), encoded(ListCatalog{i}), {fd.get(), fd.get()});
        EXPECT_EQ(std::get<ListCatalog>(pair.right->receive().value()->message).request, i);
    }
    EXPECT_EQ(open_fds(), before);
}

TEST(Channel, BoundsTheDescriptorsThatWait) {
    Pair pair;
    const UniqueFd fd = some_fd();
    const std::size_t before = open_fds();
    const auto frame = encoded(Ending{std::string(100, 'x'), SessionId()});
    for (std::size_t i = 0; i < 20; ++i) send_raw(pair.left->fd(), {frame[i]}, {fd.get()});
    EXPECT_EQ(pair.right->receive().error().code, sqlstate::kProtocolViolation);
    pair.right.reset();
    EXPECT_EQ(open_fds(), before - 1);
}

TEST(Channel, RefusesMoreDescriptorsThanOneReadTakes) {
    Pair pair;
    const UniqueFd fd = some_fd();
    const std::size_t before = open_fds();
    send_raw(pair.left->fd(), encoded(ListCatalog{1}), std::vector<int>(30, fd.get()));
    EXPECT_EQ(pair.right->receive().error().code, sqlstate::kProtocolViolation);
    EXPECT_EQ(open_fds(), before);
}

TEST(Channel, PutsFramesTogetherFromSingleBytes) {
    Pair pair;
    const auto frame = encoded(Ending{"reason", SessionId("s")});
    for (const std::uint8_t byte : frame) {
        EXPECT_FALSE(pair.right->try_receive().value().has_value());
        send_raw(pair.left->fd(), {byte});
    }
    EXPECT_EQ(std::get<Ending>(pair.right->try_receive().value()->message).reason, "reason");
    EXPECT_FALSE(pair.right->try_receive().value().has_value());
    EXPECT_FALSE(pair.right->closed());
}

TEST(Channel, SendsMoreThanTheSocketHolds) {
    Pair pair;
    const std::string large(20'000'000, 'j');
    auto sent = std::async(std::launch::async, [&] {
        return pair.left->send(JobDone{.job = 3, .error = {}, .outcome = {.preview_json = large}}).has_value() &&
               pair.left->send(ListCatalog{4}).has_value();
    });
    const auto received = pair.right->receive().value();
    EXPECT_EQ(std::get<JobDone>(received->message).outcome.preview_json, large);
    EXPECT_EQ(std::get<ListCatalog>(pair.right->receive().value()->message).request, 4U);
    EXPECT_TRUE(sent.get());
}

TEST(Channel, SendNowFailsInsteadOfWaitingForAPeerThatDoesNotRead) {
    Pair pair;
    ASSERT_TRUE(pair.left->send_now(Shutdown{}));
    const auto started = std::chrono::steady_clock::now();
    bool refused = false;
    for (int i = 0; i < 1'000'000 && !refused; ++i) refused = !pair.left->send_now(Ending{std::string(1000, 'x'), {}});
    EXPECT_TRUE(refused);
    EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(5));
    EXPECT_TRUE(std::holds_alternative<Shutdown>(pair.right->receive().value()->message));
}

// The gateway gives orders under locks while other threads ask the same worker: it was killed when the two met.
TEST(Channel, SendNowDoesNotFailBecauseAnotherThreadSends) {
    Pair pair;
    const std::string large(3'000'000, 'j');
    auto sent = std::async(std::launch::async, [&] { return pair.left->send(Ending{large, SessionId()}).has_value(); });
    // Its first bytes are here, and it waits for room.
    pollfd readable{pair.right->fd(), POLLIN, 0};
    ASSERT_EQ(::poll(&readable, 1, 10'000), 1);
    EXPECT_TRUE(pair.left->send_now(ListCatalog{7}));
    EXPECT_TRUE(pair.left->send_now(ListCatalog{8}));
    EXPECT_EQ(std::get<Ending>(pair.right->receive().value()->message).reason, large);
    EXPECT_TRUE(sent.get());
    EXPECT_EQ(std::get<ListCatalog>(pair.right->receive().value()->message).request, 7U);
    EXPECT_EQ(std::get<ListCatalog>(pair.right->receive().value()->message).request, 8U);
}

TEST(Channel, EverythingArrivesOfThreadsThatSendAndThoseThatDoNotWait) {
    Pair pair;
    constexpr std::uint64_t kEach = 20'000;
    const auto send_many = [&](std::uint64_t base, bool now) {
        bool all = true;
        for (std::uint64_t i = 0; i < kEach; ++i) {
            const ListCatalog message{base + i};
            while (now && !pair.left->send_now(message)) std::this_thread::yield();  // so much that none is kept
            if (!now) all = all && pair.left->send(message).has_value();
        }
        return all;
    };
    auto one = std::async(std::launch::async, send_many, 0, false);
    auto two = std::async(std::launch::async, send_many, kEach, true);
    auto three = std::async(std::launch::async, send_many, 2 * kEach, true);
    std::array<std::uint64_t, 3> next{0, kEach, 2 * kEach};
    for (std::uint64_t i = 0; i < 3 * kEach; ++i) {
        pair.left->flush();  // as the gateway does now and then
        const std::uint64_t got = std::get<ListCatalog>(pair.right->receive().value()->message).request;
        ASSERT_EQ(got, next[got / kEach]++) << "each thread's in their order";
    }
    EXPECT_TRUE(one.get() && two.get() && three.get());
}

TEST(Channel, WhatWasKeptLeavesWhenThePeerReads) {
    Pair pair;
    std::size_t sent = 0;
    const std::string text(1000, 'x');
    while (pair.left->send_now(Ending{text, SessionId()})) ++sent;
    for (std::size_t i = 0; i < sent; ++i) {
        pair.left->flush();
        ASSERT_EQ(std::get<Ending>(pair.right->receive().value()->message).reason, text) << i;
    }
    EXPECT_TRUE(pair.left->send_now(Shutdown{}));
    EXPECT_TRUE(std::holds_alternative<Shutdown>(pair.right->receive().value()->message));
}

TEST(Channel, WorksOnNonBlockingSockets) {
    Pair pair;
    for (const int fd : {pair.left->fd(), pair.right->fd()}) ::fcntl(fd, F_SETFL, O_NONBLOCK);
    const std::string large(3'000'000, 'j');
    auto received = std::async(std::launch::async, [&] { return pair.right->receive(); });
    EXPECT_TRUE(pair.left->send(Ending{large, SessionId()}));
    EXPECT_EQ(std::get<Ending>(received.get().value()->message).reason, large);
}

TEST(Channel, DoesNotSendWhatThePeerWouldRefuse) {
    Pair pair;
    const Message message = Ending{std::string(kMaxFrameBytes, 'x'), SessionId()};
    EXPECT_EQ(pair.left->send(message).error().code, sqlstate::kProgramLimitExceeded);
    ASSERT_TRUE(pair.left->send(ListCatalog{2}));
    EXPECT_EQ(std::get<ListCatalog>(pair.right->receive().value()->message).request, 2U);
}

TEST(Channel, SendersOnSeveralThreadsDoNotMix) {
    Pair pair;
    const auto send_many = [&](std::uint64_t base) {
        for (std::uint64_t i = 0; i < 500; ++i) ASSERT_TRUE(pair.left->send(ListCatalog{base + i}));
    };
    std::jthread one(send_many, 0), two(send_many, 1000);
    std::uint64_t next_low = 0, next_high = 1000;
    for (int i = 0; i < 1000; ++i) {
        const std::uint64_t got = std::get<ListCatalog>(pair.right->receive().value()->message).request;
        EXPECT_EQ(got, got < 1000 ? next_low++ : next_high++);
    }
}

TEST(Channel, ReportsAPeerThatClosed) {
    Pair pair;
    ASSERT_TRUE(pair.left->send(ListCatalog{1}));
    pair.left.reset();
    EXPECT_TRUE(pair.right->receive().value().has_value());
    EXPECT_FALSE(pair.right->receive().value().has_value());
    EXPECT_TRUE(pair.right->closed());
    EXPECT_FALSE(pair.right->try_receive().value().has_value());
    EXPECT_EQ(pair.right->send(ListCatalog{1}).error().code, sqlstate::kConnectionFailure);
    EXPECT_EQ(pair.right->send(ListCatalog{1}).error().code, sqlstate::kConnectionFailure);
}

TEST(Channel, ReportsAPeerThatClosedWithOurBytesUnread) {
    Pair pair;
    ASSERT_TRUE(pair.right->send(ListCatalog{1}));
    pair.left.reset();
    EXPECT_FALSE(pair.right->receive().value().has_value());
    EXPECT_TRUE(pair.right->closed());
}

TEST(Channel, ReportsAPeerThatClosedInTheMiddleOfAMessage) {
    Pair pair;
    auto frame = encoded(Ending{"reason", SessionId("s")});
    frame.pop_back();
    send_raw(pair.left->fd(), frame);
    pair.left.reset();
    EXPECT_EQ(pair.right->receive().error().code, sqlstate::kConnectionFailure);
}

TEST(Channel, ReportsGarbage) {
    Pair pair;
    send_raw(pair.left->fd(), {'G', 'E', 'T', ' ', '/'});
    EXPECT_EQ(pair.right->try_receive().error().code, sqlstate::kInternalError);
}

TEST(CatalogGeneration, ReadersSeeBumps) {
    auto writer = CatalogGeneration::create().value();
    const auto reader = CatalogGeneration::map_readonly(writer.fd()).value();
    const std::uint64_t before = reader.current();
    writer.bump();
    EXPECT_EQ(reader.current(), before + 1);
    EXPECT_EQ(writer.current(), before + 1);
}

TEST(CatalogGeneration, SurvivesMoves) {
    auto writer = CatalogGeneration::create().value();
    CatalogGeneration moved = std::move(writer);
    writer = CatalogGeneration::create().value();
    writer = std::move(moved);
    const auto reader = CatalogGeneration::map_readonly(writer.fd()).value();
    writer.bump();
    EXPECT_EQ(reader.current(), writer.current());
}

TEST(CatalogGeneration, ReadersCannotWriteOrResizeIt) {
    const auto writer = CatalogGeneration::create().value();
    EXPECT_EQ(::mmap(nullptr, 8, PROT_READ | PROT_WRITE, MAP_SHARED, writer.fd(), 0), MAP_FAILED);
    EXPECT_LT(::pwrite(writer.fd(), "12345678", 8, 0), 0);
    EXPECT_LT(::ftruncate(writer.fd(), 0), 0);
    EXPECT_LT(::ftruncate(writer.fd(), 1 << 20), 0);
    EXPECT_LT(::fcntl(writer.fd(), F_ADD_SEALS, F_SEAL_WRITE), 0);
}

TEST(CatalogGeneration, RefusesOtherFiles) {
    EXPECT_FALSE(CatalogGeneration::map_readonly(some_fd().get()));
    EXPECT_FALSE(CatalogGeneration::map_readonly(-1));
    const UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    EXPECT_FALSE(CatalogGeneration::map_readonly(null.get()));
}

}  // namespace
}  // namespace smew::link
