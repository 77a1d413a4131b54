#pragma once
// What all requests of one server share beside its Services.

#include "http/running_queries.hpp"
#include "http/server.hpp"
#include "http/table_locks.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>

namespace smew::http {

struct Context : Services {
    explicit Context(Services services) : Services(std::move(services)) {}

    TableLocks table_locks;
    RunningQueries queries;
    std::atomic<bool> ready{false};
    std::atomic<bool> stopping{false};

    void set_pg_address(std::string address) {
        const std::lock_guard guard(mutex_);
        pg_address_ = std::move(address);
    }
    std::string pg_address() const {
        const std::lock_guard guard(mutex_);
        return pg_address_;
    }
    // Absolute, ending in a slash: cut out of what strangers are told.
    std::string data_dir() const { return std::filesystem::absolute(layout.absolute("")).lexically_normal().string(); }

    // Walking all workspaces costs too much to do it for every scrape.
    struct Measured {
        SteadyTime at{};
        std::uint64_t workspaces_bytes = 0;
    };
    std::uint64_t workspaces_bytes();

private:
    mutable std::mutex mutex_;
    std::string pg_address_;
    Measured measured_;
};

}  // namespace smew::http
