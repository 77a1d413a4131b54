#include "http/http_status.hpp"

#include <algorithm>
#include <array>

namespace smew::http {
namespace {

struct Exact {
    Sqlstate state;
    HttpMeaning meaning;
};

constexpr std::array kExact{
    Exact{sqlstate::kFeatureNotSupported, {400, "not_supported"}},
    Exact{sqlstate::kInvalidParameterValue, {422, "invalid_value"}},
    Exact{sqlstate::kNotNullViolation, {409, "not_null_violation"}},
    Exact{sqlstate::kUniqueViolation, {409, "duplicate_key"}},
    Exact{sqlstate::kCheckViolation, {409, "check_violation"}},
    Exact{sqlstate::kForeignKeyViolation, {409, "foreign_key_violation"}},
    Exact{sqlstate::kReadOnlyTransaction, {403, "read_only"}},
    Exact{sqlstate::kDependentObjectsStillExist, {409, "dependent_objects_exist"}},
    Exact{sqlstate::kSerializationFailure, {409, "concurrent_change"}},
    Exact{sqlstate::kInsufficientPrivilege, {403, "not_permitted"}},
    Exact{sqlstate::kSyntaxError, {400, "syntax_error"}},
    Exact{sqlstate::kInvalidName, {400, "invalid_name"}},
    Exact{sqlstate::kDuplicateColumn, {409, "column_exists"}},
    Exact{sqlstate::kUndefinedColumn, {400, "column_not_found"}},
    Exact{sqlstate::kUndefinedObject, {404, "not_found"}},
    Exact{sqlstate::kUndefinedTable, {404, "table_not_found"}},
    Exact{sqlstate::kInvalidSchemaName, {404, "bucket_not_found"}},
    Exact{sqlstate::kInvalidCatalogName, {404, "not_found"}},
    Exact{sqlstate::kDuplicateObject, {409, "already_exists"}},
    Exact{sqlstate::kDuplicateTable, {409, "already_exists"}},
    Exact{sqlstate::kDuplicateSchema, {409, "already_exists"}},
    Exact{sqlstate::kDuplicateDatabase, {409, "already_exists"}},
    Exact{sqlstate::kDiskFull, {507, "insufficient_storage"}},
    Exact{sqlstate::kOutOfMemory, {507, "out_of_memory"}},
    Exact{sqlstate::kTooManyConnections, {503, "too_many_connections"}},
    Exact{sqlstate::kConfigurationLimitExceeded, {413, "limit_exceeded"}},
    Exact{sqlstate::kObjectNotInPrerequisiteState, {409, "wrong_state"}},
    Exact{sqlstate::kQueryCanceled, {504, "canceled"}},
    Exact{sqlstate::kInvalidAuthorization, {410, "workspace_expired"}},
};

struct ByClass {
    std::string_view error_class;
    HttpMeaning meaning;
};

constexpr std::array kByClass{
    ByClass{"21", {422, "invalid_data"}},      ByClass{"22", {422, "invalid_data"}},
    ByClass{"23", {409, "constraint"}},        ByClass{"28", {401, "unauthorized"}},
    ByClass{"40", {409, "concurrent_change"}}, ByClass{"42", {400, "invalid_statement"}},
    ByClass{"53", {503, "overloaded"}},        ByClass{"54", {413, "limit_exceeded"}},
    ByClass{"55", {409, "wrong_state"}},       ByClass{"57", {503, "unavailable"}},
};

}  // namespace

HttpMeaning meaning_of(const Sqlstate& state) {
    const auto exact = std::find_if(kExact.begin(), kExact.end(), [&](const Exact& row) { return row.state == state; });
    if (exact != kExact.end()) return exact->meaning;
    const auto general = std::find_if(kByClass.begin(), kByClass.end(),
                                      [&](const ByClass& row) { return row.error_class == state.error_class(); });
    if (general != kByClass.end()) return general->meaning;
    return {500, "internal_error"};
}

std::string_view reason_phrase(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 204:
            return "No Content";
        case 304:
            return "Not Modified";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 410:
            return "Gone";
        case 413:
            return "Content Too Large";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 422:
            return "Unprocessable Content";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        case 507:
            return "Insufficient Storage";
        default:
            return "Error";
    }
}

}  // namespace smew::http
