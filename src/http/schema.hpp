#pragma once
// The shapes of JSON bodies, declared once: what a request is held against, what OpenAPI tells, and which fields of a
// reply are secret.

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smew::http {

enum class FieldType { kString, kInteger, kNumber, kBoolean, kObject, kArray, kAny };

struct Schema;

struct Field {
    std::string_view name;
    FieldType type = FieldType::kString;
    std::string_view doc;
    bool required = false;
    bool nullable = false;
    // Of a number its value, of text and arrays its length.
    std::optional<std::int64_t> least, most;
    std::vector<std::string_view> one_of;
    std::string_view default_text;         // told in OpenAPI; of a query parameter also filled in
    const Schema* of = nullptr;            // of an object, or of an array's items
    FieldType items = FieldType::kString;  // of an array without `of`
    bool secret = false;                   // never kept, so never replayed
};

struct Schema {
    std::string_view name;
    std::string_view doc;
    std::vector<Field> fields;
    bool open = false;  // other fields may be there
};

struct FieldError {
    std::string field;  // "columns[2].type"
    std::string message;
};

// Everything that is wrong with `body`, at most 20 entries.
std::vector<FieldError> check(const boost::json::value& body, const Schema& schema);
// The same for one query parameter.
std::optional<std::string> check_text(std::string_view text, const Field& field);

// Sets every secret field to null; true when there was one.
bool redact(boost::json::value& body, const Schema& schema);

// JSON Schema 2020-12, as OpenAPI 3.1 wants it; objects refer to #/components/schemas/{name}.
boost::json::object json_schema(const Schema& schema);
boost::json::object json_schema(const Field& field);

}  // namespace smew::http
