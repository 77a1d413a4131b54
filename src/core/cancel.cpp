#include "core/cancel.hpp"

namespace smew {

Error error_for(CancelReason reason) {
    switch (reason) {
        case CancelReason::kNone:
            break;
        case CancelReason::kUser:
            return {sqlstate::kQueryCanceled, "canceling statement due to user request"};
        case CancelReason::kStatementTimeout:
            return {sqlstate::kQueryCanceled, "canceling statement due to statement timeout", "",
                    "Make the query smaller or raise statement_timeout, up to the server's limit."};
        case CancelReason::kClientGone:
            return {sqlstate::kConnectionFailure, "connection to client lost"};
        case CancelReason::kLimit:
            return {sqlstate::kProgramLimitExceeded, "the statement exceeded a limit of this workspace"};
        case CancelReason::kDiskLimit:
            return {sqlstate::kDiskFull, "the workspace's disk space is used up", "",
                    "Delete or drop what is no longer needed, or have a project admin raise size_limit_gb of the "
                    "workspace."};
        case CancelReason::kMemoryLimit:
            return {sqlstate::kOutOfMemory, "the server's memory is used up", "",
                    "The statement used more of it than any other. Make it smaller, or run it again when there is less "
                    "to do."};
        case CancelReason::kAdmin:
            return {sqlstate::kAdminShutdown, "terminating connection due to administrator command"};
        case CancelReason::kExpired:
            return {sqlstate::kAdminShutdown, "terminating connection because the workspace has expired or was deleted",
                    "", "Ask the project's admin for a new workspace or for more time on this one."};
        case CancelReason::kCredentialsReset:
            return {sqlstate::kAdminShutdown, "terminating connection because the workspace's password was reset", "",
                    "Connect again with the new password."};
        case CancelReason::kIdleTimeout:
            return {sqlstate::kIdleSessionTimeout, "terminating connection due to idle-session timeout"};
        case CancelReason::kIdleInTransactionTimeout:
            return {sqlstate::kIdleInTransactionTimeout, "terminating connection due to idle-in-transaction timeout"};
        case CancelReason::kShutdown:
            return {sqlstate::kAdminShutdown, "terminating connection because the server is shutting down"};
        case CancelReason::kWorkerLost:
            return {sqlstate::kCrashShutdown,
                    "terminating connection because the workspace's worker process ended unexpectedly",
                    "Statements that were not committed are lost; what was committed is safe.", "Connect again."};
    }
    return {sqlstate::kInternalError, "the statement was ended without a reason"};
}

}  // namespace smew
