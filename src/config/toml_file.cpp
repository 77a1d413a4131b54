#include "config/toml_file.hpp"

#include "config/nearest.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace smew::config {
namespace {

constexpr std::streamsize kLargestFile = 1 << 20;

Error refused(const std::string& file, const std::string& why) {
    return {sqlstate::kInvalidParameterValue, "settings file " + in_quotes(file) + " " + why};
}

Result<std::string> read_all(const std::string& file) {
    errno = 0;
    std::ifstream stream(file, std::ios::binary);
    std::string content(static_cast<std::size_t>(kLargestFile) + 1, '\0');
    if (stream) stream.read(content.data(), kLargestFile + 1);
    // A directory opens but cannot be read: bad() tells it from the end of a short file.
    if (!stream.is_open() || stream.bad()) return refused(file, std::string("cannot be read: ") + std::strerror(errno));
    if (stream.gcount() > kLargestFile) return refused(file, "is larger than 1 MiB");
    content.resize(static_cast<std::size_t>(stream.gcount()));
    return content;
}

std::string description(toml::node_type type) {
    std::ostringstream text;
    text << "a value of type " << type;
    return text.str();
}

FileValue value_of(std::string name, const toml::node& node) {
    if (const auto* text = node.as_string()) return {std::move(name), text->get(), FileValue::Type::kText};
    if (const auto* number = node.as_integer()) {
        return {std::move(name), std::to_string(number->get()), FileValue::Type::kNumber};
    }
    if (const auto* boolean = node.as_boolean()) {
        return {std::move(name), boolean->get() ? "true" : "false", FileValue::Type::kBoolean};
    }
    return {std::move(name), description(node.type()), FileValue::Type::kOther};
}

std::vector<FileValue> values_of(const toml::table& table) {
    struct Placed {
        toml::source_position position;
        FileValue value;
    };
    std::vector<Placed> placed;
    placed.reserve(table.size());
    for (const auto& [key, node] : table) {
        placed.push_back({key.source().begin, value_of(std::string(key.str()), node)});
    }
    std::ranges::stable_sort(placed, [](const Placed& a, const Placed& b) { return a.position < b.position; });
    std::vector<FileValue> values;
    values.reserve(placed.size());
    for (Placed& one : placed) values.push_back(std::move(one.value));
    return values;
}

}  // namespace

Result<std::vector<FileValue>> read_toml_file(const std::string& file) {
    const Result<std::string> content = read_all(file);
    if (!content) return content.error();
    try {
        return values_of(toml::parse(*content));
    } catch (const toml::parse_error& error) {
        return refused(file, "is no TOML at line " + std::to_string(error.source().begin.line) + ", column " +
                                 std::to_string(error.source().begin.column) + ": " + std::string(error.description()));
    }
}

}  // namespace smew::config
