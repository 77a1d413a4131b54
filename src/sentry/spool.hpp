#pragma once
// Envelopes that could not be sent, as files: they outlive an outage of the receiver and a restart of the server.
// For one thread; one server a directory.

#include "sentry/envelope.hpp"

#include <deque>
#include <filesystem>
#include <optional>
#include <string>

namespace smew::sentry {

class Spool {
public:
    // Finds what an earlier run has left. The directory is made with the first envelope.
    Spool(std::filesystem::path directory, std::uint64_t max_bytes, std::size_t max_files = 1000);

    struct Kept {
        bool kept = false;
        std::size_t dropped = 0;  // older ones, for which there was no more space
    };
    // Whole or not at all.
    Kept keep(const Envelope& envelope, WallTime now);

    bool empty() const { return files_.empty(); }
    std::size_t size() const { return files_.size(); }
    // The oldest; damaged files are removed on the way.
    std::optional<Envelope> front();
    void pop();

private:
    struct File {
        std::string name;
        std::uint64_t bytes = 0;
    };

    const std::filesystem::path directory_;
    const std::uint64_t max_bytes_;
    const std::size_t max_files_;
    std::deque<File> files_;  // the oldest first
    std::uint64_t bytes_ = 0, made_ = 0;
};

}  // namespace smew::sentry
