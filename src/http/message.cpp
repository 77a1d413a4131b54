#include "http/message.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace smew::http {

std::optional<std::string> find_text(const NamedTexts& texts, std::string_view name) {
    const auto found = std::find_if(texts.begin(), texts.end(), [&](const auto& entry) { return entry.first == name; });
    if (found == texts.end()) return std::nullopt;
    return found->second;
}

std::string Caller::name() const {
    switch (kind) {
        case Kind::kAdmin:
            return "admin";
        case Kind::kProjectKey:
            return key.value();
        case Kind::kWorkspace:
            return user;
        case Kind::kAnonymous:
            break;
    }
    return "anonymous";
}

const std::string& Request::parameter(std::string_view name) const {
    for (const auto& [key, value] : parameters) {
        if (key == name) return value;
    }
    throw std::logic_error("the route has no such parameter");
}

std::uint64_t Request::number(std::string_view name) const {
    const std::string text = option(name).value_or("0");
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

bool Request::flag(std::string_view name) const {
    return option(name) == "true";
}

Response json_response(const boost::json::value& body, int status) {
    Response response;
    response.status = status;
    response.body = boost::json::serialize(body);
    return response;
}

Response no_content() {
    Response response;
    response.status = 204;
    response.content_type.clear();
    return response;
}

}  // namespace smew::http
