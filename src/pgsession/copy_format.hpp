#pragma once
// What the options of a COPY say. Source: PostgreSQL 15 documentation, "COPY"; ON_ERROR of 17, REJECT_LIMIT of 18.

#include "engine/copy.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smew::pgsession {

enum class CopyHeader : std::uint8_t { kNone, kPresent, kMatch };
enum class CopyLog : std::uint8_t { kDefault, kVerbose, kSilent };

// The columns of FORCE_QUOTE and its like: (a, b) or *.
struct ColumnChoice {
    bool all = false;
    std::vector<std::string> names;

    bool any() const { return all || !names.empty(); }
    bool has(std::string_view name) const;
};

struct CopyFormat {
    bool csv = false;
    bool binary = false;
    char delimiter = '\t';
    char quote = '"', escape = '"';  // of CSV
    std::string null = "\\N";
    std::optional<std::string> default_marker;  // a field that asks for the column's default
    CopyHeader header = CopyHeader::kNone;
    ColumnChoice force_quote, force_not_null, force_null;
    bool skip_errors = false;  // ON_ERROR ignore
    std::optional<std::uint64_t> reject_limit;
    CopyLog log = CopyLog::kDefault;
    std::optional<engine::FileFormat> file;  // written by the engine: Parquet and the like
};

}  // namespace smew::pgsession
