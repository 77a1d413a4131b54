#pragma once
// The fields that descriptions of replies are made of: always there, unless said otherwise. For the files that define
// replies of schemas.hpp.

#include "http/schemas.hpp"

#include <string_view>
#include <vector>

namespace smew::http::schemas::reply {

using enum FieldType;

inline Field text(std::string_view name, std::string_view doc = {}) {
    return {.name = name, .doc = doc, .required = true};
}
inline Field text_or_null(std::string_view name, std::string_view doc = {}) {
    return {.name = name, .doc = doc, .required = true, .nullable = true};
}
inline Field number(std::string_view name, std::string_view doc = {}) {
    return {.name = name, .type = kInteger, .doc = doc, .required = true};
}
inline Field number_or_null(std::string_view name, std::string_view doc = {}) {
    return {.name = name, .type = kInteger, .doc = doc, .required = true, .nullable = true};
}
inline Field yes_or_no(std::string_view name, std::string_view doc = {}) {
    return {.name = name, .type = kBoolean, .doc = doc, .required = true};
}
inline Field texts(std::string_view name, std::string_view doc = {}) {
    return {.name = name, .type = kArray, .doc = doc, .required = true, .items = kString};
}
inline Field list(std::string_view name, const Schema& of, std::string_view doc = {}) {
    return {.name = name, .type = kArray, .doc = doc, .required = true, .of = &of};
}
inline Field any_object(std::string_view name, std::string_view doc = {}) {
    return {.name = name, .type = kObject, .doc = doc, .required = true};
}
inline Field secret(std::string_view name, std::string_view doc) {
    return {.name = name, .doc = doc, .required = true, .nullable = true, .secret = true};
}
inline Field time(std::string_view name) {
    return text(name, "ISO 8601, UTC.");
}
inline Field time_or_null(std::string_view name) {
    return text_or_null(name, "ISO 8601, UTC.");
}

inline std::vector<Field> with(std::vector<Field> fields, std::vector<Field> more) {
    fields.insert(fields.end(), more.begin(), more.end());
    return fields;
}

}  // namespace smew::http::schemas::reply
