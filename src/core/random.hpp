#pragma once
// Unpredictable text for ids, keys and passwords, from the kernel's generator.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace smew {

void fill_random(std::span<std::uint8_t> out);
// `digits` hexadecimal digits, lower case.
std::string random_hex(std::size_t digits);
// `length` characters of A-Z a-z 0-9 - _ : safe in URLs and connection strings.
std::string random_token(std::size_t length);

}  // namespace smew
