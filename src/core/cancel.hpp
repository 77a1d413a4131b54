#pragma once
// Why a statement or a session was ended, as a value: it decides the SQLSTATE and the text the client sees.

#include "core/error.hpp"

#include <cstdint>

namespace smew {

enum class CancelReason : std::uint8_t {
    kNone,
    kUser,  // CancelRequest, pg_cancel_backend
    kStatementTimeout,
    kClientGone,   // nobody is left to be told
    kLimit,        // a limit on rows, bytes, disk or memory
    kDiskLimit,    // what it wrote does not fit into the workspace
    kMemoryLimit,  // the machine's memory is short, and it has the most
    kAdmin,        // force-disconnect
    kExpired,      // the workspace's time is over or it was deleted
    kCredentialsReset,
    kIdleTimeout,
    kIdleInTransactionTimeout,
    kShutdown,
    kWorkerLost,  // the worker process ended
};

// The error a client gets for it. kNone is a bug and gives XX000.
Error error_for(CancelReason reason);

}  // namespace smew
