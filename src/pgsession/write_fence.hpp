#pragma once
// Tells a session whether anything was committed in its workspace between two moments. Shared by the sessions of a
// worker; thread-safe.

#include <atomic>
#include <cstdint>

namespace smew::pgsession {

class WriteFence {
public:
    // Around whatever may make a change visible to others.
    class Commit {
    public:
        explicit Commit(WriteFence& fence) : fence_(fence) { fence_.begun_.fetch_add(1); }
        ~Commit() { fence_.ended_.fetch_add(1); }
        Commit(const Commit&) = delete;
        Commit& operator=(const Commit&) = delete;

    private:
        WriteFence& fence_;
    };

    // Before a snapshot is taken.
    std::uint64_t mark() const { return ended_.load(); }
    // After another was taken: false when both show the same. A commit that was under way at the first counts as
    // between them, as nobody knows whether that one shows it.
    bool passed_since(std::uint64_t mark) const { return begun_.load() != mark; }

private:
    std::atomic<std::uint64_t> begun_{0}, ended_{0};
};

}  // namespace smew::pgsession
