#include "link/query_record.hpp"

#include "link/wire.hpp"

namespace smew::link {

std::string_view to_text(Door door) {
    switch (door) {
        case Door::kPgwire:
            return "pgwire";
        case Door::kRest:
            return "rest";
        case Door::kWebsocket:
            return "websocket";
        case Door::kConsole:
            return "console";
        case Door::kInternal:
            break;
    }
    return "internal";
}

std::string_view to_text(QueryStatus status) {
    switch (status) {
        case QueryStatus::kSuccess:
            return "success";
        case QueryStatus::kError:
            return "error";
        case QueryStatus::kTimeout:
            return "timeout";
        case QueryStatus::kCancelled:
            break;
    }
    return "cancelled";
}

std::string_view to_text(SessionState state) {
    switch (state) {
        case SessionState::kStarting:
            return "starting";
        case SessionState::kActive:
            return "active";
        case SessionState::kIdle:
            return "idle";
        case SessionState::kIdleInTransaction:
            return "idle in transaction";
        case SessionState::kIdleInFailedTransaction:
            break;
    }
    return "idle in transaction (aborted)";
}

void append_record(std::vector<std::uint8_t>& out, const QueryRecord& record) {
    wire::Encoder(out).write(record);
}

Result<std::vector<QueryRecord>> read_records(ByteSpan batch) {
    std::vector<QueryRecord> records;
    wire::Decoder in(batch);
    while (in.ok() && !in.complete()) in.read(records.emplace_back());
    if (in.complete()) return records;
    return Error{sqlstate::kInternalError, "a batch of query records is malformed"};
}

}  // namespace smew::link
