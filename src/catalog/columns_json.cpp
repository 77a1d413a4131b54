#include "catalog/columns_json.hpp"

#include "catalog/errors.hpp"

#include <boost/json.hpp>

#include <array>

namespace smew::catalog {
namespace {

namespace json = boost::json;

// Parses into memory that is given back at once: a listing of a project parses thousands of these.
template <class Read>
auto parsed(std::string_view text, Read&& read) {
    std::array<unsigned char, 4096> buffer;
    json::monotonic_resource memory(buffer.data(), buffer.size());
    try {
        return read(json::parse(text, &memory));
    } catch (const boost::system::system_error&) {
        throw ErrorException(
            {.code = sqlstate::kDataCorrupted, .message = "a list in the metadata store cannot be read"});
    }
}

std::string string_of(const json::value& value) {
    return std::string(std::string_view(value.as_string()));
}

link::ColumnSpec column_of(const json::value& value) {
    const json::array& parts = value.as_array();
    return {.name = string_of(parts.at(0)),
            .type = string_of(parts.at(1)),
            .nullable = parts.at(2).as_bool(),
            .default_expression = string_of(parts.at(3))};
}

}  // namespace

std::string to_json(const std::vector<link::ColumnSpec>& columns) {
    json::array list;
    for (const auto& column : columns) {
        list.push_back(json::array{column.name, column.type, column.nullable, column.default_expression});
    }
    return json::serialize(list);
}

std::string to_json(const Descriptions& descriptions) {
    json::object object;
    for (const auto& [column, text] : descriptions) object[column] = text;
    return json::serialize(object);
}

std::string to_json(const std::vector<std::string>& names) {
    return json::serialize(json::array(names.begin(), names.end()));
}

std::vector<link::ColumnSpec> columns_from_json(std::string_view text) {
    return parsed(text, [](const json::value& value) {
        const json::array& list = value.as_array();
        std::vector<link::ColumnSpec> columns;
        columns.reserve(list.size());
        for (const auto& column : list) columns.push_back(column_of(column));
        return columns;
    });
}

Descriptions descriptions_from_json(std::string_view text) {
    if (text == "{}") return {};
    return parsed(text, [](const json::value& value) {
        Descriptions descriptions;
        for (const auto& [column, description] : value.as_object()) {
            descriptions.emplace_back(column, string_of(description));
        }
        return descriptions;
    });
}

std::vector<std::string> names_from_json(std::string_view text) {
    if (text == "[]") return {};
    return parsed(text, [](const json::value& value) {
        std::vector<std::string> names;
        for (const auto& name : value.as_array()) names.push_back(string_of(name));
        return names;
    });
}

Result<void> check_json_object(std::string_view what, std::string_view text) {
    boost::system::error_code failed;
    const json::value value = json::parse(text, failed);
    if (failed || !value.is_object()) return bad_value(std::string(what) + " is not a JSON object");
    return {};
}

}  // namespace smew::catalog
