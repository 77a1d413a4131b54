#pragma once
// Rows as JSON, in batches. No I/O. int2, int4, oid and floats are numbers, int8 too as far as JavaScript can hold it
// (±2^53), bool is a boolean, SQL's NULL is null; everything else is PostgreSQL's text, so that no digit is lost.

#include "pgproto/backend.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace smew::http::websocket {

class RowsWriter {
public:
    // `id`: of the query, as JSON text.
    RowsWriter(std::string id, std::size_t batch_bytes) : id_(std::move(id)), batch_bytes_(batch_bytes) {}

    // The next result's columns; its number.
    int begin(const pgproto::RowDescription& description);
    // A message when the batch is full.
    std::optional<std::string> add(const pgproto::DataRow& row);
    // The rest of the result. Every result has at least one batch, the first with the columns; nullopt: begin() was not
    // called.
    std::optional<std::string> finish();

private:
    enum class Form { kText, kInteger, kBigInteger, kFloat, kBoolean };
    static Form form_of(std::uint32_t type);
    static void append_value(std::string& out, Form form, std::string_view text);
    void open_batch(bool first);
    std::string take_batch();

    const std::string id_;
    const std::size_t batch_bytes_;
    std::vector<Form> forms_;
    std::string columns_;  // as JSON
    std::string batch_;    // a message without its end; empty: no result is under way
    bool any_ = false;     // rows in it
    bool told_ = false;    // a batch of this result was taken
    int result_ = -1;
};

}  // namespace smew::http::websocket
