#include "http/websocket/journal.hpp"

#include "telemetry/log.hpp"

namespace smew::http::websocket {

Journal::Journal(catalog::Store& store, catalog::ConversationLimits limits)
    : store_(store), limits_(limits), thread_([this] { run(); }) {}

Journal::~Journal() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void Journal::keep(catalog::Exchange exchange, Kept kept) {
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back({std::move(exchange), std::move(kept)});
    }
    changed_.notify_all();
}

// While one transaction is written the next one fills.
void Journal::run() {
    for (;;) {
        std::vector<Entry> entries;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
            if (waiting_.empty()) return;
            entries.swap(waiting_);
        }
        write(std::move(entries));
    }
}

void Journal::write(std::vector<Entry> entries) {
    std::vector<catalog::Exchange> exchanges;
    for (Entry& entry : entries) exchanges.push_back(std::move(entry.exchange));
    std::vector<Result<std::int64_t>> outcomes;
    try {
        outcomes = store_.add_exchanges(exchanges, limits_);
    } catch (const ErrorException& failure) {
        log::error("conversations_not_kept", {{"count", entries.size()}, {"reason", failure.error().message}});
        outcomes.assign(entries.size(), failure.error());
    }
    for (std::size_t i = 0; i < entries.size(); ++i) entries[i].kept(outcomes[i]);
}

}  // namespace smew::http::websocket
