// Which names users may give. The rules keep a project's schemas apart from every schema a workspace can have of its
// own, and keep names out of reach of paths, SQL and terminals.
//
// A bucket is called in.c-NAME, out.c-NAME or sys.c-NAME, or the same with underscores as its schema is: in_c_NAME. So
// no bucket can hide main, pg_catalog or information_schema. Letters are folded to lower case in the schema, because
// SQL does not tell them apart; two names that fold to one schema are one bucket.

#include "catalog/store.hpp"
#include "catalog/text.hpp"

#include <algorithm>
#include <array>

namespace smew::catalog {
namespace {

constexpr std::size_t kMaxBucketName = 64;
constexpr std::size_t kMaxTableName = 128;
constexpr std::ptrdiff_t kMaxColumnName = 127;
constexpr std::size_t kMaxProjectId = 64;
constexpr std::array<std::string_view, 6> kBucketStarts{"in.c-", "out.c-", "sys.c-", "in_c_", "out_c_", "sys_c_"};

Error bad_name(std::string_view what, std::string_view name, std::string_view rule) {
    return {.code = sqlstate::kInvalidName,
            .message = in_quotes(name) + " is not a valid " + std::string(what),
            .hint = std::string(rule)};
}

bool consists_of(std::string_view name, std::string_view punctuation) {
    return std::ranges::all_of(name, [&](char c) {
        return is_ascii_letter(c) || is_ascii_digit(c) || punctuation.find(c) != std::string_view::npos;
    });
}

bool starts_as_bucket(std::string_view lowered) {
    return std::ranges::any_of(kBucketStarts, [&](std::string_view start) {
        return lowered.starts_with(start) && lowered.size() > start.size();
    });
}

}  // namespace

Result<std::string> schema_of_bucket(std::string_view bucket_name) {
    std::string schema = ascii_lower(bucket_name);
    if (schema.size() > kMaxBucketName || !consists_of(schema, "_.-") || !starts_as_bucket(schema)) {
        return bad_name("bucket name", bucket_name,
                        "A bucket is called in.c-NAME, out.c-NAME or sys.c-NAME (or in_c_NAME, out_c_NAME, sys_c_NAME) "
                        "with letters, digits, '_', '-' and '.', at most 64 characters in all.");
    }
    std::ranges::replace_if(
        schema, [](char c) { return c == '.' || c == '-'; }, '_');
    return schema;
}

Result<void> check_table_name(std::string_view name) {
    const bool starts_well = !name.empty() && (is_ascii_letter(name.front()) || name.front() == '_');
    if (starts_well && name.size() <= kMaxTableName && consists_of(name, "_-")) return {};
    return bad_name("table name", name,
                    "A table name starts with a letter or '_' and has letters, digits, '_' and '-', at most 128 "
                    "characters.");
}

Result<void> check_column_name(std::string_view name) {
    const std::ptrdiff_t length = count_characters(name);
    const bool plain = !has_control_characters(name) && name.find_first_of("\"'`") == std::string_view::npos;
    if (length >= 1 && length <= kMaxColumnName && plain) return {};
    return bad_name("column name", name, "A column name has 1 to 127 characters, no quotes and no control characters.");
}

Result<void> check_project_id(std::string_view id) {
    const bool starts_well = !id.empty() && (is_ascii_letter(id.front()) || is_ascii_digit(id.front()));
    if (starts_well && id.size() <= kMaxProjectId && consists_of(id, "_-")) return {};
    return bad_name("project id", id,
                    "A project id starts with a letter or digit and has letters, digits, '_' and '-', at most 64 "
                    "characters.");
}

}  // namespace smew::catalog
