#pragma once
// A COPY FROM STDIN that is under way: what has been read of it and not inserted, and the plans that insert it.

#include "pgsession/copy_format.hpp"
#include "pgsession/prepared_statement.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace smew::pgsession {

struct CopyIn {
    CopyCommand command;
    CopyReader reader;
    std::vector<std::string> columns;
    StatementPtr many, one;  // INSERTs of batch_rows rows and of one
    std::size_t batch_rows = 1;
    CopyFields batch;                  // rows that were read and not inserted
    std::vector<std::uint64_t> lines;  // on which they stand
    std::uint64_t rows = 0;            // inserted
    bool header_due = false;
    bool extended = false;
    std::string rest;  // of the simple query, behind this statement
    std::chrono::steady_clock::time_point started;
};

// INSERT of `rows` rows of parameters.
std::string copy_insert_sql(const CopyCommand& command, const std::vector<std::string>& columns, std::size_t rows);
std::string always_quoted(std::string_view name);
// The error with where in the data it is; `column` and `value` where known.
Error in_copy_line(Error error, const CopyIn& copy, std::uint64_t line, const std::string& column = "",
                   std::optional<std::string_view> value = std::nullopt);

}  // namespace smew::pgsession
