#pragma once
// Memory beyond RLIMIT_DATA for what cannot do without. At the limit every allocation fails, not only the statement's
// that reached it: that of an error's text, of a thread's bookkeeping, of a message to the gateway. One that fails
// where nobody can answer it ends the process with all its sessions. So the first operator new that fails raises the
// soft limit a little and tries again; DuckDB's buffers come from malloc and still fail, which ends the statement.

namespace smew::worker {

// For the whole process.
void keep_memory_reserve();

// Takes back what was raised. For when memory has been given back.
void restore_memory_reserve();

}  // namespace smew::worker
