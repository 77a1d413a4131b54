#pragma once
// Threads for what must not run on the io threads. Work that may wait for a worker has threads of its own, so that
// health checks, logins and listings go on while all of those are busy with loads; file pieces never wait behind
// either.

#include <boost/asio/thread_pool.hpp>

#include <algorithm>
#include <cstddef>

namespace smew::http {

class Lanes {
public:
    explicit Lanes(std::size_t threads)
        : metadata(std::clamp<std::size_t>(threads / 2, 2, 8)), workers(std::max<std::size_t>(threads, 1)), disk(2) {}

    // Waits for all that was begun: a pool left to itself would forget what is still queued.
    ~Lanes() {
        metadata.join();
        workers.join();
        disk.join();
    }
    Lanes(const Lanes&) = delete;
    Lanes& operator=(const Lanes&) = delete;

    boost::asio::thread_pool metadata, workers, disk;
};

}  // namespace smew::http
