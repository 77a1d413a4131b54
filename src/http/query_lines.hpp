#pragma once
// A statement's events as lines of JSON (NDJSON): "started", "header", "rows" …, "notice", and last "end" or "error".

#include "http/statement_run.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace smew::http {

class QueryLines {
public:
    explicit QueryLines(std::string& out) : out_(out) {}

    void started(std::string_view query_id, const SessionId& session);
    void header(const pgproto::RowDescription& columns);
    // Rows of one batch share a line.
    void row(const pgproto::DataRow& row);
    void notice(const Error& notice);
    // The batch under way ends; the next row begins another.
    void end_batch();
    void end(const StatementEnd& end, std::chrono::microseconds taken);

private:
    void field(std::uint32_t type_oid, std::string_view text);

    std::string& out_;
    std::vector<std::uint32_t> types_;
    bool in_batch_ = false;
};

}  // namespace smew::http
