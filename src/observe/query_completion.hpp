#pragma once
// Makes of what a worker reported what may be kept: adds the hash of the normalised text, cuts the text or replaces its
// literals as query_audit_mode says, and then frees error message and plan of them, too. Of one thread.

#include "link/query_record.hpp"
#include "observe/query_policy.hpp"

#include <string>
#include <string_view>
#include <unordered_map>

namespace smew::observe {

class QueryCompletion {
public:
    explicit QueryCompletion(const QueryPolicy& policy) : policy_(policy) {}

    void complete(link::QueryRecord& record);

private:
    // What is known of a text. Programs send few texts again and again.
    struct Known {
        std::string shown;  // as the mode has it
        std::string hash;
    };
    const Known& look_up(const std::string& query, const QueryPolicy::Values& values);

    const QueryPolicy& policy_;
    QueryPolicy::Values values_;
    std::uint64_t generation_ = UINT64_MAX;
    std::unordered_map<std::string, Known> known_;
    Known last_;  // of a text that is not kept
};

// The name of an error, as PL/pgSQL knows it: what may be told of it where its message may hold data.
std::string_view condition_name(Sqlstate code);
// DuckDB's profile without what it quotes of the statement; empty when it is no such profile.
std::string plan_without_literals(std::string_view plan);

}  // namespace smew::observe
