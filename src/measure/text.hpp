#pragma once
// Numbers as reports write them.

#include <cstdint>
#include <string>
#include <string_view>

namespace smew::measure {

// Three significant digits in the unit that fits: "850us", "5.1ms", "1.57s", "2.5m".
std::string duration_text(double microseconds);
std::string seconds_text(double seconds);  // "12s"
// With so many decimals: "3.50".
std::string number_text(double value, int decimals);
// "118,204"
std::string grouped(std::uint64_t value);
// "142 MiB"
std::string size_text(double bytes);
// Pads to a column's width, counting characters and not bytes.
std::string padded_left(std::string_view text, std::size_t width);
std::string padded_right(std::string_view text, std::size_t width);

}  // namespace smew::measure
