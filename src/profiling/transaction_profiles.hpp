#pragma once
// Profiles for Sentry: during a share of the requests that are traced the gateway's CPU time is sampled, and sent in
// chunks that Sentry lays beside their transactions. One profile goes on as long as such requests follow each other.
// Source: develop.sentry.dev, "Profile Chunks" (version 2).

#include "core/clock.hpp"
#include "profiling/profiler.hpp"
#include "sentry/client.hpp"
#include "tracing/transaction.hpp"

#include <boost/json/object.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace smew::profiling {

class TransactionProfiles {
public:
    // All outlive it.
    TransactionProfiles(Profiler& profiler, sentry::Client& client, const sentry::Identity& identity, double rate);
    // Sends what there is.
    ~TransactionProfiles();
    TransactionProfiles(const TransactionProfiles&) = delete;
    TransactionProfiles& operator=(const TransactionProfiles&) = delete;

    // Decides by the trace, so that all of its transactions here are profiled or none; says in the transaction where
    // its profile is found. While what is returned lives, samples are taken. Null: it is not profiled.
    std::shared_ptr<void> during(tracing::Transaction& transaction);
    // Sends what was sampled since the last time, and ends the sampling when there was no such request since then: to
    // end it with each would sample nothing, since the kernel's timer fires no sooner than after two of its ticks.
    // Called every ten seconds.
    void tick();

private:
    void collect(std::span<const stacks::CpuSample> samples);
    void release();
    void end_when_unused();

    Profiler& profiler_;
    sentry::Client& client_;
    const sentry::Identity identity_;
    const double rate_;
    const std::string profiler_id_;  // of this run of the server

    std::mutex mutex_;
    int active_ = 0;
    bool used_ = false;  // since the last tick()
    std::shared_ptr<void> listening_;
    std::mutex samples_mutex_;  // taken on the profiler's thread, which must not wait for mutex_
    std::vector<stacks::CpuSample> samples_;
};

// The chunk as Sentry takes it. Slow: looks up the names.
boost::json::object rendered_chunk(const std::vector<stacks::CpuSample>& samples, const std::string& profiler_id,
                                   const sentry::Identity& identity);

}  // namespace smew::profiling
