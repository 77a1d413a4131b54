#include "link/record_ring.hpp"

#include <gtest/gtest.h>

#include <random>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace smew::link {
namespace {

class RecordRingTest : public ::testing::Test {
protected:
    bool put(std::string_view text) { return worker.put(as_bytes(text)); }

    RecordRing gateway = RecordRing::create().value();
    RecordRing worker = RecordRing::map(gateway.fd()).value();
};

TEST_F(RecordRingTest, GivesWhatWasPutOnceAndInOrder) {
    EXPECT_EQ(gateway.take().bytes, "");
    ASSERT_TRUE(put("one "));
    ASSERT_TRUE(put("two"));
    EXPECT_EQ(worker.waiting(), 7U);
    EXPECT_EQ(gateway.take().bytes, "one two");
    EXPECT_EQ(worker.waiting(), 0U);
    EXPECT_EQ(gateway.take().bytes, "");
    ASSERT_TRUE(put("three"));
    EXPECT_EQ(gateway.take().bytes, "three");
}

TEST_F(RecordRingTest, WhatFindsNoRoomIsCountedAndLeavesTheRestWhole) {
    const std::string large(RecordRing::kBytes - 10, 'x');
    ASSERT_TRUE(put(large));
    EXPECT_FALSE(put("eleven bytes"));
    EXPECT_TRUE(put("ten bytes!"));
    EXPECT_FALSE(put("!"));
    const RecordRing::Taken taken = gateway.take();
    EXPECT_EQ(taken.bytes, large + "ten bytes!");
    EXPECT_EQ(taken.dropped, 2U);
    EXPECT_EQ(gateway.take().dropped, 0U);
    EXPECT_TRUE(put("room again"));
    EXPECT_EQ(gateway.take().bytes, "room again");
}

TEST_F(RecordRingTest, TextsOverItsEndStayInOnePiece) {
    // Something always waits, so that it never begins from the front.
    const std::string piece(RecordRing::kBytes / 3, 'a');
    ASSERT_TRUE(put("first"));
    std::string expected = "first";
    for (int i = 0; i < 10; ++i) {
        const std::string next = piece + std::to_string(i);
        ASSERT_TRUE(put(next));
        if (i % 2 == 1) {
            EXPECT_EQ(gateway.take().bytes, expected + next);
        }
        expected = i % 2 == 1 ? "" : expected + next;
    }
}

TEST_F(RecordRingTest, WhatAKilledWorkerPutIsThere) {
    const pid_t child = ::fork();
    if (child == 0) {
        RecordRing ring = RecordRing::map(gateway.fd()).value();
        ring.put(as_bytes("last words"));
        ::abort();
    }
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    EXPECT_EQ(gateway.take().bytes, "last words");
}

TEST_F(RecordRingTest, OneWritesWhileTheOtherReads) {
    constexpr std::uint32_t kCount = 300'000;
    std::thread writer([&] {
        std::mt19937 random(1);
        for (std::uint32_t i = 0; i < kCount; ++i) {
            // Of changing length, each byte of which tells the number.
            const std::string piece(1 + random() % 97, static_cast<char>(i % 251));
            while (!worker.put(as_bytes(piece))) std::this_thread::yield();
        }
    });
    std::mt19937 random(1);
    std::string rest;
    for (std::uint32_t i = 0; i < kCount;) {
        rest += gateway.take().bytes;
        std::size_t at = 0;
        for (auto state = random; at < rest.size(); random = state) {
            const std::size_t size = 1 + state() % 97;
            if (size > rest.size() - at) break;
            ASSERT_EQ(rest.substr(at, size), std::string(size, static_cast<char>(i % 251)));
            at += size;
            ++i;
        }
        rest.erase(0, at);
    }
    writer.join();
    EXPECT_EQ(rest, "");
}

TEST_F(RecordRingTest, IsOnlyMadeOfItsOwnMemory) {
    EXPECT_FALSE(RecordRing::map(-1));
    EXPECT_FALSE(RecordRing::map(STDIN_FILENO));
    EXPECT_NE(::ftruncate(gateway.fd(), 0), 0) << "the gateway would die of SIGBUS";
}

}  // namespace
}  // namespace smew::link
