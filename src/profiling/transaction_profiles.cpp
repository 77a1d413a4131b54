#include "profiling/transaction_profiles.hpp"

#include "core/random.hpp"
#include "stacks/symbols.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <map>
#include <utility>

namespace smew::profiling {
namespace {

namespace json = boost::json;

constexpr std::size_t kIdDigits = 32;
constexpr std::size_t kMaxSamples = 20'000;  // that wait to be sent

// Of other bytes than the decision to trace: else with both at 0.1 all that is traced would be profiled.
double share_of(const tracing::TraceId& trace) {
    std::uint32_t number = 0;
    std::memcpy(&number, trace.bytes.data(), sizeof number);
    return number / 4294967296.0;
}

std::string hexadecimal(std::uintptr_t number) {
    char text[24];
    std::snprintf(text, sizeof text, "0x%zx", static_cast<std::size_t>(number));
    return text;
}

// Stacks and frames as they are met: each once, named by its number.
class Tables {
public:
    std::size_t stack(const stacks::Stack& stack) {
        const auto addresses = stack.addresses();
        const auto [found, is_new] =
            stack_numbers_.try_emplace({addresses.begin(), addresses.end()}, stack_numbers_.size());
        if (is_new) {
            json::array numbers;
            for (const std::uintptr_t address : addresses) {
                for (const std::size_t number : frames_at(address)) numbers.push_back(number);
            }
            stacks_.push_back(std::move(numbers));
        }
        return found->second;
    }
    json::array take_stacks() { return std::move(stacks_); }
    json::array take_frames() { return std::move(frames_); }

private:
    const std::vector<std::size_t>& frames_at(std::uintptr_t address) {
        const auto [found, is_new] = frame_numbers_.try_emplace(address);
        if (!is_new) return found->second;
        for (const stacks::Frame& frame : stacks::symbolise({&address, 1}, {})) {
            json::object out{{"instruction_addr", hexadecimal(frame.address)}, {"in_app", frame.in_app}};
            if (!frame.function.empty()) out["function"] = frame.function;
            if (!frame.file.empty()) out["filename"] = frame.file;
            if (frame.line > 0) out["lineno"] = frame.line;
            if (!frame.module.empty()) out["package"] = frame.module;
            found->second.push_back(frames_.size());
            frames_.push_back(std::move(out));
        }
        return found->second;
    }

    std::map<std::vector<std::uintptr_t>, std::size_t> stack_numbers_;
    std::map<std::uintptr_t, std::vector<std::size_t>> frame_numbers_;
    json::array stacks_, frames_;
};

}  // namespace

TransactionProfiles::TransactionProfiles(Profiler& profiler, sentry::Client& client, const sentry::Identity& identity,
                                         double rate)
    : profiler_(profiler), client_(client), identity_(identity), rate_(rate), profiler_id_(random_hex(kIdDigits)) {}

TransactionProfiles::~TransactionProfiles() {
    listening_.reset();
    tick();
}

std::shared_ptr<void> TransactionProfiles::during(tracing::Transaction& transaction) {
    if (!client_.enabled() || !transaction.sampled() || share_of(transaction.trace()) >= rate_) return nullptr;
    {
        const std::lock_guard lock(mutex_);
        if (!listening_) {
            listening_ = profiler_.listen([this](std::span<const stacks::CpuSample> samples) { collect(samples); });
        }
        if (!listening_) return nullptr;
        ++active_;
        used_ = true;
    }
    transaction.set_data("profiler_id", profiler_id_);
    return {static_cast<void*>(this), [this](void*) { release(); }};
}

void TransactionProfiles::release() {
    const std::lock_guard lock(mutex_);
    --active_;
}

void TransactionProfiles::end_when_unused() {
    std::shared_ptr<void> ended;
    const std::lock_guard lock(mutex_);
    if (active_ == 0 && !std::exchange(used_, false)) ended = std::move(listening_);
}

void TransactionProfiles::collect(std::span<const stacks::CpuSample> samples) {
    const std::lock_guard lock(samples_mutex_);
    const std::size_t room = kMaxSamples - std::min(kMaxSamples, samples_.size());
    samples_.insert(samples_.end(), samples.begin(),
                    samples.begin() + static_cast<std::ptrdiff_t>(std::min(room, samples.size())));
}

void TransactionProfiles::tick() {
    end_when_unused();
    std::vector<stacks::CpuSample> samples;
    {
        const std::lock_guard lock(samples_mutex_);
        samples.swap(samples_);
    }
    if (!samples.empty()) client_.send_profile(rendered_chunk(samples, profiler_id_, identity_));
}

json::object rendered_chunk(const std::vector<stacks::CpuSample>& samples, const std::string& profiler_id,
                            const sentry::Identity& identity) {
    Tables tables;
    json::array rendered;
    json::object threads;
    for (const stacks::CpuSample& sample : samples) {
        const std::string thread = std::to_string(sample.thread);
        rendered.push_back(json::object{{"timestamp", sentry::epoch_seconds(sample.at)},
                                        {"stack_id", tables.stack(sample.stack)},
                                        {"thread_id", thread}});
        if (!threads.contains(thread)) threads[thread] = json::object{{"name", "thread " + thread}};
    }
    json::object sdk = sentry::sdk_object(identity);
    return {{"version", "2"},
            {"profiler_id", profiler_id},
            {"chunk_id", random_hex(kIdDigits)},
            {"platform", "native"},
            {"release", identity.release},
            {"environment", identity.environment},
            {"client_sdk", json::object{{"name", sdk["name"]}, {"version", sdk["version"]}}},
            {"debug_meta", json::object{{"images", json::array()}}},
            {"profile", json::object{{"samples", std::move(rendered)},
                                     {"stacks", tables.take_stacks()},
                                     {"frames", tables.take_frames()},
                                     {"thread_metadata", std::move(threads)}}}};
}

}  // namespace smew::profiling
