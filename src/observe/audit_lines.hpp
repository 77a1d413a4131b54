#pragma once
// The lines of the audit: one of JSON for each statement. Names and fields: the seed workspace-production-readiness,
// task 2. There is one for every statement, so what all statements of a session share is made once, and of those that
// repeat each other (QueryRecord::shape) all but their numbers. Of one thread.

#include "link/query_record.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace smew::observe {

class AuditLines {
public:
    // {"event":"query_executed",…} and the end of the line.
    void append(std::string& out, const link::QueryRecord& record);

private:
    struct Session {
        std::string ids, client;  // members of the line, as they stand in it
    };
    // What stands in a line between its numbers.
    struct Texts {
        std::uint64_t shape = 0;
        std::string ids, statement, outcome;
    };
    static constexpr std::size_t kKnownShapes = 1024;

    const Session& session_of(const link::QueryRecord& record);
    const Texts& texts_of(const link::QueryRecord& record);
    void make(Texts& texts, const link::QueryRecord& record);
    char* put_time(char* at, std::int64_t micros);

    std::unordered_map<std::string, Session> sessions_;
    std::vector<Texts> known_ = std::vector<Texts>(kKnownShapes);  // by the rest of their shape
    Texts passing_;                                                // of one that repeats none
    std::int64_t second_ = -1;                                     // since 1970
    std::string second_text_;                                      // of it, up to the dot
};

}  // namespace smew::observe
