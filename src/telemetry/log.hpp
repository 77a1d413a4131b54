#pragma once
// The structured log: one JSON object a line on stderr, {"timestamp","level","event",…fields}. Any thread may log.
// Secrets have no way in: a field is text, a number or a bool, and Secret converts to none of them.

#include "core/severity.hpp"

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <type_traits>
#include <variant>

namespace smew::log {

using Level = Severity;

struct Field {
    template <class T>
    requires std::is_arithmetic_v<T> Field(std::string_view name, T number) : key(name) {
        if constexpr (std::is_same_v<T, bool>)
            value = number;
        else if constexpr (std::is_floating_point_v<T>)
            value = static_cast<double>(number);
        else
            value = static_cast<std::int64_t>(number);
    }
    Field(std::string_view name, std::string_view text) : key(name), value(text) {}
    Field(std::string_view name, const char* text) : key(name), value(std::string_view(text)) {}

    std::string_view key;
    std::variant<bool, std::int64_t, double, std::string_view> value;
};

using Fields = std::initializer_list<Field>;

// Called once at start; before it, lines go to stderr at level info.
void set_level(Level level);

// Is told every line that is written, on the thread that logs; what it logs itself it is not told.
class Listener {
public:
    virtual ~Listener() = default;
    virtual void logged(Level level, std::string_view event, Fields fields) = 0;
};
// One at a time; nullptr: none. Returns when the one before is no longer in use.
void set_listener(Listener* listener);

void debug(std::string_view event, Fields fields = {});
void info(std::string_view event, Fields fields = {});
void warning(std::string_view event, Fields fields = {});
void error(std::string_view event, Fields fields = {});

}  // namespace smew::log
