#pragma once
// Keeps exchanges of conversations: gathers what many connections have to keep into one transaction, as each costs an
// fsync. Owns a thread. Thread-safe.

#include "catalog/store.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace smew::http::websocket {

class Journal {
public:
    // Called on the journal's thread: the answer's number, or why nothing was kept.
    using Kept = std::function<void(Result<std::int64_t>)>;

    // `store` outlives it.
    Journal(catalog::Store& store, catalog::ConversationLimits limits);
    // Keeps what was given before.
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    void keep(catalog::Exchange exchange, Kept kept);

private:
    struct Entry {
        catalog::Exchange exchange;
        Kept kept;
    };
    void run();
    void write(std::vector<Entry> entries);

    catalog::Store& store_;
    const catalog::ConversationLimits limits_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Entry> waiting_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace smew::http::websocket
