#include "auth/basic.hpp"

#include "auth/base64.hpp"

#include <algorithm>
#include <cctype>

namespace smew::auth {
namespace {

constexpr std::string_view kScheme = "basic ";

bool has_scheme(std::string_view header) {
    return header.size() > kScheme.size() &&
           std::equal(kScheme.begin(), kScheme.end(), header.begin(), [](char expected, unsigned char got) {
               return expected == static_cast<char>(std::tolower(got));
           });
}

}  // namespace

std::optional<BasicCredentials> parse_basic(std::string_view header) {
    if (!has_scheme(header)) return std::nullopt;
    header.remove_prefix(kScheme.size());
    header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
    const auto decoded = base64_decode(header);
    if (!decoded) return std::nullopt;
    const Secret both{std::string(as_text(*decoded))};
    const std::size_t colon = both.reveal().find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    return BasicCredentials{.user = std::string(both.reveal().substr(0, colon)),
                            .password = Secret(std::string(both.reveal().substr(colon + 1)))};
}

}  // namespace smew::auth
