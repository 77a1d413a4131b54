#include "stacks/cpu_profile.hpp"

#include "stacks/symbols.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

namespace smew::stacks {
namespace {

// Uses the processor until it is told to stop.
[[gnu::noinline]] double burn_processor_here(const std::atomic<bool>& stop) {
    double sum = 0;
    for (int i = 1; !stop.load(std::memory_order_relaxed); ++i) sum += std::sqrt(static_cast<double>(i));
    return sum;
}

std::string functions_of(const CpuSample& sample) {
    std::string names;
    for (const Frame& frame : symbolise(sample.stack.addresses(), {})) names += frame.function + "\n";
    return names;
}

// Samples of a thread that burns, as many as asked for.
std::vector<CpuSample> samples_while_burning(CpuSampler& sampler, std::size_t count) {
    std::atomic<bool> stop{false};
    volatile double result = 0;
    std::thread burner([&] { result = burn_processor_here(stop); });
    std::vector<CpuSample> samples;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (samples.size() < count && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        for (CpuSample& sample : sampler.take()) samples.push_back(std::move(sample));
    }
    stop = true;
    burner.join();
    return samples;
}

// ThreadSanitizer holds signals back until the thread calls something: where they strike is not where time goes.
#if defined(__SANITIZE_THREAD__)
constexpr int kLeastBurning = 0;
#else
constexpr int kLeastBurning = 10;
#endif

TEST(CpuSampler, FindsWhatUsesTheProcessor) {
    const auto sampler = CpuSampler::start(500);
    ASSERT_TRUE(sampler);
    EXPECT_FALSE(CpuSampler::start(500)) << "one at a time";
    const auto samples = samples_while_burning(*sampler, 20);
    ASSERT_GE(samples.size(), 20U);
    const auto burning = std::ranges::count_if(samples, [](const CpuSample& sample) {
        return functions_of(sample).find("burn_processor_here") != std::string::npos;
    });
    EXPECT_GT(burning, kLeastBurning);
    for (const CpuSample& sample : samples) {
        EXPECT_NE(sample.thread, 0);
        EXPECT_GT(sample.at, WallTime(std::chrono::hours(400'000)));
    }
}

TEST(CpuSampler, CanBeStartedAgain) {
    { ASSERT_TRUE(CpuSampler::start(1000)); }
    const auto again = CpuSampler::start(1000);
    ASSERT_TRUE(again);
    EXPECT_GE(samples_while_burning(*again, 3).size(), 3U);
}

TEST(CpuSampler, WhatFindsNoRoomIsCounted) {
    const auto sampler = CpuSampler::start(1000);
    ASSERT_TRUE(sampler);
    std::atomic<bool> stop{false};
    volatile double result = 0;
    std::thread burner([&] { result = burn_processor_here(stop); });
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (sampler->dropped() == 0 && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    stop = true;
    burner.join();
    EXPECT_GT(sampler->dropped(), 0U);
    EXPECT_GT(sampler->take().size(), 1000U);
}

TEST(CpuProfile, GoesThroughTextAndBack) {
    CpuProfile profile{.begin = WallTime(std::chrono::seconds(1'734'604'245)),
                       .duration = std::chrono::seconds(30),
                       .hertz = 101,
                       .dropped = 7};
    CpuSample sample{.thread = 42};
    sample.stack.pcs[0] = 0x1000;
    sample.stack.pcs[1] = 0x2000;
    sample.stack.size = 2;
    profile.add(sample);
    profile.add(sample);
    sample.thread = 43;
    profile.add(sample);
    const auto read = CpuProfile::read(profile.text());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->counts, profile.counts);
    EXPECT_EQ(read->counts.size(), 2U);
    EXPECT_EQ(read->begin, profile.begin);
    EXPECT_EQ(read->duration, profile.duration);
    EXPECT_EQ(read->hertz, 101U);
    EXPECT_EQ(read->dropped, 7U);
    ASSERT_FALSE(read->modules.empty());
    EXPECT_EQ(read->modules[0].build_id, loaded_modules()[0].build_id);
}

TEST(CpuProfile, OfAStrangerIsReadWithinBounds) {
    for (const char* text :
         {"", "x", "profile", "profile 1 2 0 0\n", "sample 1 1 ff\n", "profile 1 2 3 4\nsample 1 1\n",
          "profile 1 2 3 4\nsample x y z\n", "profile 1 2 3 4\nnonsense\n"}) {
        EXPECT_FALSE(CpuProfile::read(text)) << text;
    }
    std::string deep = "profile 1 2 3 4\nsample 1 1";
    for (int i = 0; i < 10'000; ++i) deep += " ff";
    const auto read = CpuProfile::read(deep + "\n");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->counts.begin()->first.second.size(), kMaxFrames);
}

}  // namespace
}  // namespace smew::stacks
