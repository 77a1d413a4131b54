// Functions of numbers and aggregates. Source: PostgreSQL 15 documentation, 9.3, 9.21.
#include "pgcatalog/macro_groups.hpp"

#include <array>

namespace smew::pgcatalog {
namespace {

constexpr std::array kMacros = {
    Macro{"div", R"((dividend, divisor) AS round((dividend - dividend % divisor) / divisor)::DECIMAL(38, 0))"},
    Macro{"width_bucket", R"((operand, low, high, count) AS CASE
        WHEN low < high AND operand < low OR low > high AND operand > low THEN 0
        WHEN low < high AND operand >= high OR low > high AND operand <= high THEN count + 1
        ELSE floor((operand - low)::DOUBLE * count / (high - low)) + 1 END::INTEGER,
        (operand, thresholds) AS len(list_filter(thresholds, lambda threshold: threshold <= operand))::INTEGER)"},
    Macro{"scale", "(number) AS length(split_part(number::VARCHAR, '.', 2))::INTEGER"},
    Macro{"min_scale", "(number) AS length(rtrim(split_part(number::VARCHAR, '.', 2), '0'))::INTEGER"},
    Macro{"sind", R"((degrees) AS CASE ((degrees::DOUBLE % 360) + 360) % 360
        WHEN 0 THEN 0 WHEN 30 THEN 0.5 WHEN 90 THEN 1 WHEN 150 THEN 0.5 WHEN 180 THEN 0 WHEN 210 THEN -0.5
        WHEN 270 THEN -1 WHEN 330 THEN -0.5 ELSE sin(radians(degrees)) END::DOUBLE)"},
    Macro{"cosd", "(degrees) AS pg_catalog.sind(degrees + 90)"},
    Macro{"tand", R"((degrees) AS CASE ((degrees::DOUBLE % 180) + 180) % 180
        WHEN 0 THEN 0 WHEN 45 THEN 1 WHEN 135 THEN -1 WHEN 90 THEN 'Infinity' ELSE tan(radians(degrees)) END::DOUBLE)"},
    Macro{"cotd", "(degrees) AS pg_catalog.tand(90 - degrees)"},
    Macro{"asind", R"((x) AS CASE x WHEN 0.5 THEN 30 WHEN -0.5 THEN -30 ELSE degrees(asin(x)) END::DOUBLE)"},
    Macro{"acosd", R"((x) AS CASE x WHEN 0.5 THEN 60 WHEN -0.5 THEN 120 ELSE degrees(acos(x)) END::DOUBLE)"},
    Macro{"atand", "(x) AS degrees(atan(x))"},
    Macro{"atan2d", "(y, x) AS degrees(atan2(y, x))"},
    Macro{"every", "(condition) AS bool_and(condition)"},
};

}  // namespace

std::span<const Macro> number_macros() {
    return kMacros;
}

}  // namespace smew::pgcatalog
