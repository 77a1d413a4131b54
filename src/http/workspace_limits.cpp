#include "http/workspace_limits.hpp"

#include "fleet/workspace_limits.hpp"
#include "http/problem.hpp"
#include "http/render.hpp"

#include <algorithm>
#include <array>
#include <unistd.h>

namespace smew::http {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kLeastMemory = 64'000'000;
constexpr std::int64_t kMonth = 30 * 86'400;

struct Choice {
    std::string_view name, doc;
    std::optional<std::uint64_t> catalog::LimitChoices::*member;
    std::int64_t least, most;
};

using Choices = catalog::LimitChoices;
constexpr std::array kChoices{
    Choice{"temp_limit_gb", "Disk for what does not fit into memory, in GiB.", &Choices::temp_limit_gb, 1, 1'000'000},
    Choice{"max_concurrent_queries", "Statements that run at a time; others wait.", &Choices::max_concurrent_queries, 1,
           1000},
    Choice{"large_query_percent",
           "Percent of memory_limit that its large statements may claim together; 0: no difference is made.",
           &Choices::large_query_percent, 0, 100},
    Choice{"max_result_rows", "Rows a statement may send; 0: no limit. COPY is not bounded.", &Choices::max_result_rows,
           0, 1'000'000'000'000},
    Choice{"max_result_bytes", "Bytes of rows a statement may send; 0: no limit. COPY is not bounded.",
           &Choices::max_result_bytes, 0, 1'000'000'000'000'000},
    Choice{"statement_timeout_seconds", "Longest time of a statement; 0: no limit.",
           &Choices::statement_timeout_seconds, 0, kMonth},
    Choice{"idle_timeout_seconds", "Longest time a session may be idle; 0: no limit.", &Choices::idle_timeout_seconds,
           0, kMonth},
    Choice{"idle_in_transaction_timeout_seconds", "The same with an open transaction; 0: no limit.",
           &Choices::idle_in_transaction_timeout_seconds, 0, kMonth},
};

std::uint64_t physical_memory() {
    return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGE_SIZE));
}

// In `limits`, or beside it, where the reference service has it.
template <class Read>
auto from_either(const json::value& body, std::string_view name, Read read) {
    const json::value* limits = member_of(body, "limits");
    const auto inside = limits != nullptr ? read(*limits, name) : decltype(read(body, name))();
    return inside ? inside : read(body, name);
}

// Given as null: back to the instance's default, as it is now.
bool given_back(const json::value& body, std::string_view name) {
    const auto is_null = [name](const json::value* object) {
        const json::value* value = object->if_object() ? object->get_object().if_contains(name) : nullptr;
        return value != nullptr && value->is_null();
    };
    const json::value* limits = member_of(body, "limits");
    return is_null(&body) || (limits != nullptr && is_null(limits));
}

}  // namespace

std::optional<catalog::LimitChoices> wanted_limits(const json::value& body, const catalog::LimitChoices& now) {
    const json::value* limits = member_of(body, "limits");
    if (limits == nullptr) return std::nullopt;
    catalog::LimitChoices wanted = now;
    for (const Choice& choice : kChoices) {
        const json::value* value = limits->as_object().if_contains(choice.name);
        if (value == nullptr) continue;
        std::optional<std::uint64_t>& target = wanted.*choice.member;
        target = value->is_null() ? std::optional<std::uint64_t>() : value->to_number<std::uint64_t>();
    }
    return wanted;
}

std::optional<Bytes> wanted_memory(const json::value& body, const Context& context) {
    const auto text = from_either(body, "memory_limit", text_of);
    if (!text && given_back(body, "memory_limit")) return context.live.now()->workspace_default_memory_limit;
    if (!text) return std::nullopt;
    const Result<Bytes> limit = parse_bytes(*text);
    if (!limit) fail_field("memory_limit", limit.error().message);
    const std::uint64_t most = std::max(physical_memory(), context.live.now()->workspace_default_memory_limit.count);
    if (limit->count < kLeastMemory || limit->count > most) {
        fail_field("memory_limit", "must be between " + to_text(Bytes{kLeastMemory}) + " and " + to_text(Bytes{most}));
    }
    return *limit;
}

std::optional<Bytes> wanted_size(const json::value& body, const Context& context) {
    const auto gigabytes = from_either(body, "size_limit_gb", number_of);
    if (!gigabytes && given_back(body, "size_limit_gb"))
        return Bytes{static_cast<std::uint64_t>(context.live.now()->workspace_default_size_limit_gb) << 30U};
    if (!gigabytes) return std::nullopt;
    return Bytes{static_cast<std::uint64_t>(*gigabytes) << 30U};
}

json::object render_limits(const catalog::Workspace& workspace, const Context& context) {
    const link::WorkspaceLimits limits = fleet::limits_of(workspace, *context.live.now());
    return {{"memory_limit", to_text(limits.memory)},
            {"size_limit_gb", limits.size.count >> 30U},
            {"temp_limit_gb", limits.temp.count >> 30U},
            {"max_concurrent_queries", limits.max_concurrent_queries},
            {"large_query_percent", limits.large_query_percent},
            {"max_result_rows", limits.max_result_rows},
            {"max_result_bytes", limits.max_result_bytes.count},
            {"statement_timeout_seconds", limits.statement_timeout_ms / 1000},
            {"idle_timeout_seconds", limits.idle_timeout_ms / 1000},
            {"idle_in_transaction_timeout_seconds", limits.idle_in_transaction_timeout_ms / 1000}};
}

std::vector<Field> limit_request_fields() {
    std::vector<Field> fields;
    for (const Choice& choice : kChoices) {
        fields.push_back({.name = choice.name,
                          .type = FieldType::kInteger,
                          .doc = choice.doc,
                          .nullable = true,
                          .least = choice.least,
                          .most = choice.most});
    }
    return fields;
}

std::vector<Field> limit_reply_fields() {
    std::vector<Field> fields{
        {.name = "memory_limit", .doc = "Memory of its queries together.", .required = true},
        {.name = "size_limit_gb", .type = FieldType::kInteger, .doc = "Disk of its tables, in GiB.", .required = true}};
    for (const Choice& choice : kChoices) {
        fields.push_back({.name = choice.name, .type = FieldType::kInteger, .doc = choice.doc, .required = true});
    }
    return fields;
}

}  // namespace smew::http
