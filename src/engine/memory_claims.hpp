#pragma once
// Who decides when a plan that may hold much memory runs. A session's SessionFacts may be this, too; where they are
// not, every plan runs at once.

#include "core/error.hpp"

#include <cstdint>
#include <memory>

namespace smew::engine {

class MemoryClaims {
public:
    virtual ~MemoryClaims() = default;
    // `bytes`: the most the plan is thought to hold at a time, were nothing of it put on disk. Called on the session's
    // thread before the plan runs; may wait. What it gives is kept until the statement's last row; it may be null. An
    // error ends the statement.
    virtual Result<std::shared_ptr<void>> claim_memory(std::uint64_t bytes) = 0;
};

}  // namespace smew::engine
