#pragma once
// A statement as the user wrote it and as DuckDB's parser reads it. The two differ where PostgreSQL has a form that
// DuckDB's grammar lacks (dialect_tokens.hpp); errors point into what the user wrote. Internal to engine/.

#include "core/error.hpp"

#include <duckdb/common/error_data.hpp>

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace smew::engine {

// `length` bytes at `at` of the written text give way to `text`.
struct TextEdit {
    std::size_t at = 0;
    std::size_t length = 0;
    std::string text;
};

class SourceText {
public:
    explicit SourceText(std::string_view written) : written_(written), parsed_(written) {}
    // `edits` in the order of their places, none overlapping another.
    SourceText(std::string_view written, std::vector<TextEdit> edits);

    const std::string& written() const { return written_; }
    // The byte offsets in parse trees and in DuckDB's errors are of this one.
    const std::string& parsed() const { return parsed_; }

    // As to_error(), with the position in the written text.
    Error error(const duckdb::ErrorData& error) const;
    Error error(const std::exception& exception) const;

private:
    std::size_t written_byte(std::size_t parsed_byte) const;
    Error moved(Error error) const;

    std::string written_;
    std::string parsed_;
    std::vector<TextEdit> edits_;
};

}  // namespace smew::engine
