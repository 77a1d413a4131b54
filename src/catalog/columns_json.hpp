#pragma once
// How lists that are always read whole lie in one TEXT column. Inside catalog/ only.
//
//   columns       [["id","BIGINT",false,""],…]   name, type, nullable, default expression
//   descriptions  {"id":"who ordered",…}         only columns that have one
//   names         ["id",…]
//
// Reading throws XX001 for anything else: the row was not written by this code.

#include "link/messages.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace smew::catalog {

using Descriptions = std::vector<std::pair<std::string, std::string>>;  // column, text

std::string to_json(const std::vector<link::ColumnSpec>& columns);
std::string to_json(const Descriptions& descriptions);
std::string to_json(const std::vector<std::string>& names);

std::vector<link::ColumnSpec> columns_from_json(std::string_view text);
Descriptions descriptions_from_json(std::string_view text);
std::vector<std::string> names_from_json(std::string_view text);

// 22023 unless `text` is a JSON object.
Result<void> check_json_object(std::string_view what, std::string_view text);

}  // namespace smew::catalog
