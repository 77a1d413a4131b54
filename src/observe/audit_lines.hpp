#pragma once
// The lines of the audit: one of JSON for each statement. Names and fields: the seed workspace-production-readiness,
// task 2. There is one for every statement, so what all statements of a session share is made once. Of one thread.

#include "link/query_record.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>

namespace smew::observe {

class AuditLines {
public:
    // {"event":"query_executed",…} and the end of the line.
    void append(std::string& out, const link::QueryRecord& record);

private:
    struct Session {
        std::string ids, client;  // members of the line, as they stand in it
    };
    const Session& session_of(const link::QueryRecord& record);
    void append_time(std::string& out, std::int64_t micros);

    std::unordered_map<std::string, Session> sessions_;
    std::int64_t second_ = -1;  // since 1970
    std::string second_text_;   // of it, up to the dot
};

}  // namespace smew::observe
