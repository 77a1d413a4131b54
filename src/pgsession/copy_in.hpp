#pragma once
// A COPY FROM STDIN that is under way, without the protocol around it: bytes become rows, rows are gathered in the
// engine and inserted some thousand at a time, in one transaction that the session holds.

#include "pgsession/copy_binary.hpp"
#include "pgsession/copy_message.hpp"
#include "pgsession/copy_reader.hpp"
#include "pgsession/parameter.hpp"
#include "pgsession/session_command.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace smew::pgsession {

class CopyIn {
public:
    // Errors as of an INSERT into the table. The connection outlives it.
    static Result<std::unique_ptr<CopyIn>> begin(engine::Connection& connection, const CopyCommand& command);

    std::size_t columns() const { return names_.size(); }
    bool binary() const { return command_.format.binary; }
    // What the client sent next. On an error nothing else is to be done with it; it says the line and the column.
    Result<void> take(ByteSpan data);
    // After the last: everything is inserted. Gives the number of rows.
    Result<std::uint64_t> finish();
    // NOTICEs for the client since they were last taken.
    std::vector<Error> take_notices() { return std::exchange(notices_, {}); }

private:
    struct Row {
        std::uint64_t line = 0;
        CopyReader::Place place;     // of its text
        std::vector<bool> defaults;  // the columns it asks the default for; empty: none
    };

    CopyIn(engine::Connection& connection, const CopyCommand& command, std::unique_ptr<engine::BulkInsert> all);

    Result<void> read_text();
    Result<void> add_text_row(std::size_t first_field);
    Result<void> refuse_short_row(std::size_t first_field);
    Result<void> check_header();
    Result<void> read_binary();
    Result<void> decode_tuple();

    Result<void> gather();
    Result<void> gather_text_run(std::size_t first, std::size_t last);
    Result<void> choose(const std::vector<bool>& defaults);
    Result<void> judge(const std::vector<engine::RowFault>& faults, std::size_t first, std::size_t last);
    Result<void> skip(std::size_t row, std::size_t column);
    std::size_t column_of(std::size_t row, std::size_t filled) const;
    Result<void> insert();
    // `error` concerns what was read now: what was read before comes first.
    Error after_inserting(Error error);

    CopyPlace at_line(std::uint64_t line) const { return {.relation = command_.relation, .line = line}; }
    // The record that was read last, with its text where that can be shown.
    CopyPlace here() const;
    // A row that was read, and the value of one of its columns.
    CopyPlace at_row(std::size_t row) const;
    CopyPlace at_value(std::size_t row, std::size_t column) const;
    Result<void> refuse(Error error, const CopyPlace& place) {
        return after_inserting(located(std::move(error), place));
    }

    engine::Connection& connection_;
    const CopyCommand command_;
    std::vector<std::string> names_;
    std::vector<std::uint32_t> oids_;  // of the columns, for the binary format

    std::map<std::vector<bool>, std::unique_ptr<engine::BulkInsert>> bulks_;  // by the columns left to their defaults
    engine::BulkInsert* bulk_ = nullptr;                                      // the one that rows are gathered in

    CopyReader text_;
    BinaryCopyReader tuples_;
    bool header_due_ = false;
    std::vector<Row> rows_;  // read and not gathered
    std::vector<engine::TextField> fields_;
    std::vector<engine::ParameterValue> values_;
    OwnedTexts owned_;                  // what values_ point at
    std::vector<std::uint64_t> lines_;  // of the rows gathered and not inserted
    std::uint64_t inserted_ = 0, skipped_ = 0;
    std::vector<Error> notices_;
};

std::string always_quoted(std::string_view name);

}  // namespace smew::pgsession
