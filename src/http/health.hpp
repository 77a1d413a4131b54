#pragma once
// How smew and what it needs are: one component after the other, with what makes it so.

#include "http/context.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace smew::http {

// kDegraded: it works, and somebody should look after it.
enum class Grade : std::uint8_t { kHealthy, kDegraded, kUnhealthy };
std::string_view to_text(Grade grade);

struct Component {
    std::string_view name;
    Grade grade = Grade::kHealthy;
    std::string reason;         // why it is not healthy: a sentence
    boost::json::object facts;  // numbers, for those who may know them
};

// Metadata store, PostgreSQL front, engine, disk, memory, certificate: in this order, each once.
std::vector<Component> components_of(Context& context);
// The worst of them.
Grade overall(const std::vector<Component>& components);

// A sentence for each cause why requests should be sent elsewhere; none: it is ready. Told to strangers: no numbers.
std::vector<std::string> reasons_not_ready(const Context& context, const std::vector<Component>& components);

// "certificate": pure, for tests.
Component certificate_health(std::optional<WallTime> expires, WallTime now, int warn_days);

}  // namespace smew::http
