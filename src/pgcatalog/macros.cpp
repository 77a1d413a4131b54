#include "pgcatalog/definitions.hpp"

#include <array>

namespace smew::pgcatalog {
namespace {

constexpr std::array kMacros = {
    Macro{"pg_encoding_to_char", "(encoding) AS CASE WHEN encoding = 6 THEN 'UTF8' ELSE '' END"},
};

}  // namespace

std::span<const Macro> macros() {
    return kMacros;
}

}  // namespace smew::pgcatalog
