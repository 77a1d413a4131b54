// What error monitoring costs the thread that fails: a throw and its catch without and with the hook that keeps stacks,
// the capture, and throw and capture together, from the depth of a request's stack. Ends with 1 when throw
// and capture together take 20 µs or more at their 99th percentile.

#include "core/random.hpp"
#include "sentry/client.hpp"
#include "sentry/scope.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <vector>

namespace {

using namespace smew;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr int kDepth = 20, kTimes = 5'000, kWarmUp = 200;
constexpr int kRounds = 7;  // the one with the lowest P99 counts: in the others something else ran meanwhile
constexpr nanoseconds kLimit = std::chrono::microseconds(20);

[[gnu::noinline]] void fail_below(int depth) {
    if (depth == 0) throw ErrorException({sqlstate::kInternalError, "it broke"});
    fail_below(depth - 1);
    asm volatile("");  // keeps the frame: no tail call
}

struct Figures {
    nanoseconds median{}, p99{};
};

Figures figures_of(std::vector<nanoseconds> times) {
    std::ranges::sort(times);
    return {times[times.size() / 2], times[times.size() * 99 / 100]};
}

// `client`: captures what was thrown; null: it is only caught. `whole`: the throw counts as well.
Figures measure_once(sentry::Client* client, bool whole) {
    std::vector<nanoseconds> times;
    for (int i = 0; i < kTimes + kWarmUp; ++i) {
        auto begin = steady_clock::now();
        try {
            fail_below(kDepth);
        } catch (const std::exception& error) {
            if (!whole) begin = steady_clock::now();
            if (client != nullptr)
                client->capture_exception(error, {.context = {}, .user = {}, .tags = {{"feature", "import"}}});
        }
        if (i >= kWarmUp) times.push_back(steady_clock::now() - begin);
    }
    return figures_of(std::move(times));
}

Figures measure(sentry::Client* client, bool whole) {
    Figures best = measure_once(client, whole);
    for (int round = 1; round < kRounds; ++round) {
        const Figures next = measure_once(client, whole);
        if (next.p99 < best.p99) best = next;
    }
    return best;
}

void print(const char* what, const Figures& figures) {
    std::printf("%-36s median %6.2f us   P99 %6.2f us\n", what, static_cast<double>(figures.median.count()) / 1000,
                static_cast<double>(figures.p99.count()) / 1000);
}

// The receiver answers at once, so that its thread is as busy as it can be beside.
sentry::Options options(const std::filesystem::path& directory) {
    return {.dsn = sentry::parse_dsn("http://key@localhost/1").value(),
            .identity = {.release = "smew@1", .environment = "test", .server_name = "here", .version = "1"},
            .spool_directory = directory,
            .post = [](const outbox::PostRequest&) { return outbox::PostReply{.status = 200}; }};
}

}  // namespace

int main() {
    print("throw and catch, no hook", measure(nullptr, true));
    const auto directory = std::filesystem::temp_directory_path() / ("smew_bench_" + random_hex(8));
    const SystemClock clock;
    Figures whole;
    {
        sentry::Client client(options(directory), clock);
        sentry::Scope scope;
        const sentry::Entered entered(scope);
        for (std::size_t i = 0; i < sentry::kMaxBreadcrumbs; ++i) client.leave({.category = "log", .message = "step"});
        print("throw and catch, stacks are kept", measure(nullptr, true));
        print("capture alone", measure(&client, false));
        whole = measure(&client, true);
        print("throw, catch and capture", whole);
    }
    std::filesystem::remove_all(directory);
    if (whole.p99 < kLimit) return 0;
    std::printf("P99 of throw and capture is not below 20 us\n");
    return 1;
}
