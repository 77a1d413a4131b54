#pragma once
// A row's number as PostgreSQL's ctid shows it: block and place in the block, both of which a client may send back.
// Rows here have one number, so that blocks are so many rows each.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace smew::engine {

struct RowPosition {
    std::uint32_t block = 0;
    std::uint16_t offset = 0;  // from 1; 0 is before all rows of the block
};

// Clients read the offset as a signed number of two bytes.
inline constexpr std::int64_t kRowsPerBlock = 32'767;
// Rows that the transaction has added have numbers from here on (DuckDB's MAX_ROW_ID), which do not fit: they are shown
// in the upper part of the blocks.
inline constexpr std::int64_t kFirstAddedRow = 36'028'797'018'960'000;
inline constexpr std::uint32_t kFirstAddedBlock = 0x4000'0000;

inline RowPosition position_of(std::int64_t row) {
    if (row < 0) return {};
    const bool added = row >= kFirstAddedRow;
    const std::int64_t number = added ? row - kFirstAddedRow : row;
    return {static_cast<std::uint32_t>(number / kRowsPerBlock) + (added ? kFirstAddedBlock : 0),
            static_cast<std::uint16_t>(number % kRowsPerBlock + 1)};
}

inline std::int64_t row_at(RowPosition position) {
    const bool added = position.block >= kFirstAddedBlock;
    const std::int64_t block = added ? position.block - kFirstAddedBlock : position.block;
    return (added ? kFirstAddedRow : 0) + block * kRowsPerBlock + position.offset - 1;
}

// "(0,1)"; nullopt: not of that form. What stands around it is not looked at, as in PostgreSQL: DuckDB's postgres
// extension sends the quotes along.
std::optional<std::int64_t> read_row_position(std::string_view text);
std::string row_position_text(std::int64_t row);

}  // namespace smew::engine
