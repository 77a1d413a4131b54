#include "http/schema.hpp"

#include "core/characters.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <charconv>

namespace smew::http {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostErrors = 20;

std::string_view type_name(FieldType type) {
    switch (type) {
        case FieldType::kString:
            return "string";
        case FieldType::kInteger:
            return "integer";
        case FieldType::kNumber:
            return "number";
        case FieldType::kBoolean:
            return "boolean";
        case FieldType::kObject:
            return "object";
        case FieldType::kArray:
            return "array";
        case FieldType::kAny:
            break;
    }
    return "any";
}

bool has_type(const json::value& value, FieldType type) {
    switch (type) {
        case FieldType::kString:
            return value.is_string();
        case FieldType::kInteger:
            return value.is_int64() || value.is_uint64();
        case FieldType::kNumber:
            return value.is_number();
        case FieldType::kBoolean:
            return value.is_bool();
        case FieldType::kObject:
            return value.is_object();
        case FieldType::kArray:
            return value.is_array();
        case FieldType::kAny:
            break;
    }
    return true;
}

std::string bounds_text(const Field& field, std::string_view what) {
    std::string text(what);
    if (field.least && field.most) return text + std::to_string(*field.least) + " to " + std::to_string(*field.most);
    if (field.least) return text + "at least " + std::to_string(*field.least);
    return text + "at most " + std::to_string(field.most.value_or(0));
}

bool outside(std::int64_t value, const Field& field) {
    return (field.least && value < *field.least) || (field.most && value > *field.most);
}

bool outside(const json::value& number, const Field& field) {
    if (number.is_uint64()) return true;  // above every int64, so above every bound
    if (number.is_int64()) return outside(number.as_int64(), field);
    const double value = number.as_double();
    return (field.least && value < static_cast<double>(*field.least)) ||
           (field.most && value > static_cast<double>(*field.most));
}

std::optional<std::string> check_string(std::string_view text, const Field& field) {
    if (text.find('\0') != std::string_view::npos) return "must not hold a NUL character";
    if (outside(count_characters(text), field)) return bounds_text(field, "must have a length of ");
    if (field.one_of.empty() || std::find(field.one_of.begin(), field.one_of.end(), text) != field.one_of.end()) {
        return std::nullopt;
    }
    std::string message = "must be one of ";
    for (const std::string_view choice : field.one_of) {
        if (choice != field.one_of.front()) message += ", ";
        message += choice;
    }
    return message;
}

// What is wrong with the value itself, its members aside.
std::optional<std::string> check_value(const json::value& value, const Field& field) {
    if (!has_type(value, field.type)) return "must be of type " + std::string(type_name(field.type));
    if (value.is_string() && field.type == FieldType::kString) return check_string(value.as_string(), field);
    if (value.is_number() && field.type != FieldType::kAny && outside(value, field)) {
        return bounds_text(field, "must be ");
    }
    if (value.is_array() && outside(static_cast<std::int64_t>(value.as_array().size()), field)) {
        return bounds_text(field, "must have this many items: ");
    }
    return std::nullopt;
}

class Checker {
public:
    void object(const json::object& body, const Schema& schema, const std::string& prefix) {
        for (const Field& field : schema.fields) member(body, field, prefix);
        if (schema.open) return;
        for (const auto& entry : body) {
            const auto known = [&](const Field& field) { return field.name == std::string_view(entry.key()); };
            if (std::any_of(schema.fields.begin(), schema.fields.end(), known)) continue;
            add(prefix + std::string(entry.key()), "is not known here");
        }
    }
    std::vector<FieldError> take() { return std::move(errors_); }
    void add(std::string field, std::string message) {
        if (errors_.size() < kMostErrors) errors_.push_back({std::move(field), std::move(message)});
    }

private:
    void member(const json::object& body, const Field& field, const std::string& prefix) {
        const std::string path = prefix + std::string(field.name);
        const json::value* value = body.if_contains(field.name);
        if (value == nullptr || (value->is_null() && field.type != FieldType::kAny)) {
            if (field.required && !(value != nullptr && field.nullable)) return add(path, "is required");
            return;  // an optional field that is null counts as left out
        }
        if (auto wrong = check_value(*value, field)) return add(path, std::move(*wrong));
        if (field.type == FieldType::kObject && field.of != nullptr) object(value->as_object(), *field.of, path + ".");
        if (field.type == FieldType::kArray) array(value->as_array(), field, path);
    }

    void array(const json::array& items, const Field& field, const std::string& path) {
        const Field item{.name = {}, .type = field.of != nullptr ? FieldType::kObject : field.items, .least = {}};
        for (std::size_t i = 0; i < items.size(); ++i) {
            const std::string at = path + "[" + std::to_string(i) + "]";
            if (auto wrong = check_value(items[i], item))
                add(at, std::move(*wrong));
            else if (field.of != nullptr)
                object(items[i].as_object(), *field.of, at + ".");
        }
    }

    std::vector<FieldError> errors_;
};

}  // namespace

std::vector<FieldError> check(const json::value& body, const Schema& schema) {
    Checker checker;
    if (body.is_object())
        checker.object(body.as_object(), schema, "");
    else
        checker.add("body", "must be a JSON object");
    return checker.take();
}

std::optional<std::string> check_text(std::string_view text, const Field& field) {
    if (field.type == FieldType::kBoolean) {
        return text == "true" || text == "false" ? std::nullopt : std::optional<std::string>("must be true or false");
    }
    if (field.type != FieldType::kInteger) return check_string(text, field);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return "must be a whole number";
    if (outside(value, field)) return bounds_text(field, "must be ");
    return std::nullopt;
}

bool redact(json::value& body, const Schema& schema) {
    if (!body.is_object()) return false;
    bool any = false;
    for (const Field& field : schema.fields) {
        json::value* value = body.as_object().if_contains(field.name);
        if (value == nullptr || value->is_null()) continue;
        if (field.secret) {
            *value = nullptr;
            any = true;
        } else if (field.of != nullptr && value->is_array()) {
            for (json::value& item : value->as_array()) any = redact(item, *field.of) || any;
        } else if (field.of != nullptr) {
            any = redact(*value, *field.of) || any;
        }
    }
    return any;
}

json::object json_schema(const Field& field) {
    json::object out;
    if (field.type == FieldType::kObject && field.of != nullptr) {
        json::object reference{{"$ref", "#/components/schemas/" + std::string(field.of->name)}};
        if (!field.nullable) return reference;
        out["anyOf"] = json::array{reference, json::object{{"type", "null"}}};
    } else if (field.type != FieldType::kAny) {
        if (field.nullable)
            out["type"] = json::array{type_name(field.type), "null"};
        else
            out["type"] = type_name(field.type);
    }
    if (field.type == FieldType::kArray) {
        if (field.of != nullptr)
            out["items"] = json_schema(Field{.type = FieldType::kObject, .of = field.of});
        else if (field.items != FieldType::kAny)
            out["items"] = json::object{{"type", type_name(field.items)}};
    }
    const bool text = field.type == FieldType::kString, list = field.type == FieldType::kArray;
    if (field.least) out[text ? "minLength" : list ? "minItems" : "minimum"] = *field.least;
    if (field.most) out[text ? "maxLength" : list ? "maxItems" : "maximum"] = *field.most;
    if (!field.one_of.empty()) out["enum"] = json::array(field.one_of.begin(), field.one_of.end());
    if (!field.doc.empty()) out["description"] = field.doc;
    return out;
}

json::object json_schema(const Schema& schema) {
    json::object properties;
    json::array required;
    for (const Field& field : schema.fields) {
        properties[field.name] = json_schema(field);
        if (field.required) required.emplace_back(field.name);
    }
    json::object out{{"type", "object"}, {"properties", std::move(properties)}};
    if (!schema.doc.empty()) out["description"] = schema.doc;
    if (!required.empty()) out["required"] = std::move(required);
    if (!schema.open) out["additionalProperties"] = false;
    return out;
}

}  // namespace smew::http
