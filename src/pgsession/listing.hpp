#pragma once
// Rows that stand for as long as somebody keeps what add() gave. One thread adds, any thread reads.

#include <memory>
#include <mutex>
#include <vector>

namespace smew::pgsession {

template <class Row>
class Listing {
public:
    std::shared_ptr<const Row> add(Row row) {
        auto kept = std::make_shared<const Row>(std::move(row));
        const std::lock_guard lock(mutex_);
        // Before it would grow, so that what has gone costs no more than what is there.
        if (rows_.size() == rows_.capacity()) std::erase_if(rows_, [](const auto& one) { return one.expired(); });
        rows_.push_back(kept);
        return kept;
    }

    std::vector<Row> rows() const {
        const std::lock_guard lock(mutex_);
        std::vector<Row> standing;
        for (const auto& one : rows_) {
            if (const auto row = one.lock()) standing.push_back(*row);
        }
        return standing;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::weak_ptr<const Row>> rows_;
};

}  // namespace smew::pgsession
