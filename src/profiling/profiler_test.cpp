#include "profiling/profiler.hpp"

#include "core/random.hpp"
#include "outbox/post.hpp"
#include "profiling/pprof.hpp"
#include "profiling/transaction_profiles.hpp"
#include "tracing/tracer.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <filesystem>

namespace smew::profiling {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

[[gnu::noinline]] double burn_in_a_request(const std::atomic<bool>& stop) {
    double sum = 0;
    for (int i = 1; !stop.load(std::memory_order_relaxed); ++i) sum += std::sqrt(static_cast<double>(i));
    return sum;
}

// A thread that uses the processor while this lives.
class Burner {
public:
    ~Burner() {
        stop_ = true;
        thread_.join();
    }

private:
    std::atomic<bool> stop_{false};
    volatile double result_ = 0;
    std::thread thread_{[this] { result_ = burn_in_a_request(stop_); }};
};

std::uint64_t samples_of(const stacks::CpuProfile& profile) {
    std::uint64_t sum = 0;
    for (const auto& [key, count] : profile.counts) sum += count;
    return sum;
}

TEST(Profiler, TakesAProfileWhileAnotherListens) {
    Profiler profiler(500);
    const Burner burner;
    std::atomic<std::size_t> heard{0};
    auto listening = profiler.listen([&heard](std::span<const stacks::CpuSample> samples) { heard += samples.size(); });
    ASSERT_TRUE(listening);
    const auto profile = profiler.profile(seconds(2));
    ASSERT_TRUE(profile);
    EXPECT_GT(samples_of(*profile), 0U);
    EXPECT_GE(profile->duration, seconds(2));
    listening.reset();
    EXPECT_GE(heard, samples_of(*profile) / 2);
    const std::size_t before = heard;
    ASSERT_TRUE(profiler.profile(milliseconds(100)));
    EXPECT_EQ(heard, before) << "who has left hears nothing";
}

TEST(Profiler, StopEndsTheWait) {
    Profiler profiler(101);
    std::thread stopper([&profiler] {
        std::this_thread::sleep_for(milliseconds(50));
        profiler.stop();
    });
    const auto begin = std::chrono::steady_clock::now();
    (void)profiler.profile(seconds(600));
    stopper.join();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(300));
    EXPECT_FALSE(profiler.profile(seconds(1)));
}

TEST(Pprof, IsGzipAndNoMoreThanWhatWasMet) {
    stacks::CpuProfile profile{.hertz = 100, .modules = stacks::loaded_modules()};
    const std::string empty = pprof_of(profile);
    EXPECT_EQ(empty.substr(0, 2), "\x1f\x8b");
    stacks::CpuSample sample{.stack = stacks::current_stack()};
    profile.add(sample);
    EXPECT_GT(pprof_of(profile).size(), empty.size());
}

class Chunks {
public:
    sentry::Options options(const std::filesystem::path& directory) {
        return {.dsn = sentry::parse_dsn("http://key@localhost/1").value(),
                .identity = {.release = "smew@1", .environment = "test", .version = "1"},
                .spool_directory = directory,
                .shutdown_timeout = seconds(30),
                .post = [this](const outbox::PostRequest&) {
                    ++posts;
                    return outbox::PostReply{.status = 200};
                }};
    }
    std::atomic<int> posts{0};
};

class TransactionProfilesTest : public testing::Test {
protected:
    ~TransactionProfilesTest() override { std::filesystem::remove_all(directory_); }
    tracing::Transaction transaction() { return tracer_.start({.name = "GET /x", .op = "http.server"}); }

    const std::filesystem::path directory_ =
        std::filesystem::temp_directory_path() / ("smew_profiles_" + random_hex(8));
    SystemClock clock_;
    Chunks chunks_;
    sentry::Client client_{chunks_.options(directory_), clock_};
    tracing::Tracer tracer_{{1, 1, 1, 1}, {}, clock_, {&client_}};
    Profiler profiler_{500};
};

TEST_F(TransactionProfilesTest, ProfilesTheShareOfTracesItIsTold) {
    TransactionProfiles none(profiler_, client_, {}, 0), all(profiler_, client_, {}, 1),
        half(profiler_, client_, {}, 0.5);
    tracing::Transaction one = transaction();
    EXPECT_FALSE(none.during(one));
    EXPECT_TRUE(all.during(one));
    int profiled = 0;
    for (int i = 0; i < 400; ++i) {
        tracing::Transaction next = transaction();
        profiled += half.during(next) != nullptr ? 1 : 0;
    }
    // 400 draws of 0.5: three standard deviations are 30.
    EXPECT_NEAR(profiled, 200, 45);
    tracing::Transaction unsampled;
    EXPECT_FALSE(all.during(unsampled));
}

TEST_F(TransactionProfilesTest, AChunkSaysWhereTheTimeWent) {
    std::vector<stacks::CpuSample> samples;
    {
        const Burner burner;
        std::mutex mutex;
        auto listening = profiler_.listen([&](std::span<const stacks::CpuSample> some) {
            const std::lock_guard lock(mutex);
            samples.insert(samples.end(), some.begin(), some.end());
        });
        const auto deadline = std::chrono::steady_clock::now() + seconds(60);
        for (bool enough = false; !enough && std::chrono::steady_clock::now() < deadline;) {
            std::this_thread::sleep_for(milliseconds(50));
            const std::lock_guard lock(mutex);
            enough = samples.size() > 5;
        }
    }
    const auto chunk = rendered_chunk(samples, "0123", {.release = "smew@1", .environment = "test"});
    const auto& profile = chunk.at("profile").as_object();
    EXPECT_EQ(profile.at("samples").as_array().size(), samples.size());
    EXPECT_NE(boost::json::serialize(profile.at("frames")).find("burn_in_a_request"), std::string::npos);
    for (const auto& sample : profile.at("samples").as_array()) {
        EXPECT_LT(sample.at("stack_id").to_number<std::size_t>(), profile.at("stacks").as_array().size());
        EXPECT_TRUE(profile.at("thread_metadata").as_object().contains(sample.at("thread_id").as_string()));
    }
    for (const auto& stack : profile.at("stacks").as_array()) {
        for (const auto& frame : stack.as_array())
            EXPECT_LT(frame.to_number<std::size_t>(), profile.at("frames").as_array().size());
    }
}

}  // namespace
}  // namespace smew::profiling
