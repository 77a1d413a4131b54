#pragma once
// The last alerts and how their deliveries went. Thread-safe.

#include "observe/alert.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace smew::observe {

struct AlertRecord {
    std::uint64_t number = 0;
    Alert alert;
    struct Receipt {
        std::string webhook;  // its host
        int attempts = 0;     // 0: not yet
        std::string error;    // of the last attempt; empty with attempts > 0: delivered
    };
    std::vector<Receipt> receipts;
};

class AlertRecords {
public:
    // `webhooks`: the hosts it is sent to. Gives its number.
    std::uint64_t add(const Alert& alert, const std::vector<std::string>& webhooks);
    void receive(std::uint64_t number, const std::string& host, int attempts, const std::string& error);

    // The newest first, at most `limit`; with a project its own only.
    std::vector<AlertRecord> newest(std::size_t limit, const ProjectId* project = nullptr) const;
    std::optional<AlertRecord> find(std::uint64_t number) const;

private:
    mutable std::mutex mutex_;
    std::deque<AlertRecord> records_;  // the newest first
    std::uint64_t last_number_ = 0;
};

}  // namespace smew::observe
