#include "worker/link_resolver.hpp"

#include <algorithm>
#include <array>

namespace smew::worker {
namespace {

// Names that do not exist are remembered too, and anybody can invent them.
constexpr std::size_t kMaxCached = 20'000;
constexpr std::size_t kMaxNameBytes = 1'000;
constexpr std::string_view kDataTable = "data";  // in_c_sales_orders.data is in_c_sales.orders
constexpr std::size_t kMaxSplits = 16;
constexpr std::array<std::string_view, 3> kBucketPrefixes{"in_c_", "out_c_", "sys_c_"};

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return result;
}

bool has_bucket_prefix(std::string_view lower_name) {
    return std::any_of(kBucketPrefixes.begin(), kBucketPrefixes.end(),
                       [&](std::string_view prefix) { return lower_name.starts_with(prefix); });
}

// Unambiguous whatever the names hold: the schema's length tells where it ends.
std::string cache_key(std::string_view schema, std::string_view table) {
    return std::to_string(schema.size()) + ':' + std::string(schema) + std::string(table);
}

std::optional<engine::ResolvedTable> to_resolved(const link::TableResolved& answer) {
    if (!answer.table) return std::nullopt;
    return engine::ResolvedTable{
        .file = answer.table->file, .version_id = answer.table->version_id, .table_id = answer.table->table_id};
}

std::shared_ptr<const engine::ProjectCatalog> to_catalog(link::CatalogListed&& listed) {
    auto catalog = std::make_shared<engine::ProjectCatalog>();
    for (link::CatalogSchema& schema : listed.schemas) {
        catalog->schemas.push_back({std::move(schema.name), schema.schema_id, std::move(schema.description)});
    }
    catalog->tables.reserve(listed.tables.size());
    for (link::CatalogTable& from : listed.tables) {
        engine::ProjectTable& table = catalog->tables.emplace_back(engine::ProjectTable{
            .schema = std::move(from.schema),
            .name = std::move(from.name),
            .table_id = from.table_id,
            .row_count = from.row_count,
            .description = std::move(from.description),
            .columns = {},
            .primary_key = std::move(from.primary_key),
        });
        for (link::TableColumn& column : from.columns) {
            table.columns.push_back(
                {std::move(column.name), std::move(column.type), column.nullable, std::move(column.description)});
        }
    }
    return catalog;
}

}  // namespace

LinkResolver::LinkResolver(link::Channel& channel, link::CatalogGeneration generation,
                           std::chrono::milliseconds timeout)
    : generation_(std::move(generation)), questions_(channel, timeout) {}

Result<std::optional<engine::ResolvedTable>> LinkResolver::resolve(std::string_view schema, std::string_view table) {
    if (schema.size() > kMaxNameBytes || table.size() > kMaxNameBytes) return Answer();
    auto found = look_up(schema, table);
    if (!found || *found || lower(table) != kDataTable) return found;
    return look_up_joined(schema);
}

Result<LinkResolver::Answer> LinkResolver::look_up(std::string_view schema, std::string_view table) {
    const std::string name = cache_key(schema, table);
    if (const auto known = cached(name)) return *known;
    const Result<link::TableResolved> answer = ask(schema, table);
    if (!answer) return answer.error();
    remember(name, *answer);
    return to_resolved(*answer);
}

// Where the bucket ends and the table begins cannot be seen in "in_c_sales_orders": the longest bucket that has it
// wins.
Result<LinkResolver::Answer> LinkResolver::look_up_joined(std::string_view joined) {
    if (!has_bucket_prefix(lower(joined))) return Answer();
    std::size_t cut = joined.size();
    for (std::size_t tries = 0; tries < kMaxSplits; ++tries) {
        cut = joined.rfind('_', cut - 1);
        if (cut == std::string_view::npos || !has_bucket_prefix(lower(joined.substr(0, cut)))) break;
        if (cut + 1 == joined.size()) continue;
        auto found = look_up(joined.substr(0, cut), joined.substr(cut + 1));
        if (!found || *found) return found;
    }
    return Answer();
}

bool LinkResolver::is_project_schema(std::string_view schema) {
    const std::string name = lower(schema);
    if (has_bucket_prefix(name)) return true;
    const std::lock_guard lock(mutex_);
    return project_schemas_.contains(name);
}

Result<link::TableResolved> LinkResolver::ask(std::string_view schema, std::string_view table) {
    return questions_.ask<link::TableResolved>([&](std::uint64_t request) {
        return link::ResolveTable{.request = request, .schema = std::string(schema), .name = std::string(table)};
    });
}

Result<std::shared_ptr<const engine::ProjectCatalog>> LinkResolver::list() {
    const std::lock_guard lock(listing_mutex_);
    if (listing_.catalog && listing_.generation == generation_.current()) return listing_.catalog;
    auto listed = questions_.ask<link::CatalogListed>(
        [](std::uint64_t request) { return link::ListCatalog{.request = request}; });
    if (!listed) return listed.error();
    const std::uint64_t of = listed->generation;
    listing_ = {.generation = of, .catalog = to_catalog(std::move(*listed))};
    return listing_.catalog;
}

void LinkResolver::answer(link::TableResolved answer) {
    const std::uint64_t request = answer.request;
    questions_.answer(request, std::move(answer));
}

void LinkResolver::answer(link::CatalogListed answer) {
    const std::uint64_t request = answer.request;
    questions_.answer(request, std::move(answer));
}

std::optional<LinkResolver::Answer> LinkResolver::cached(const std::string& name) {
    const std::lock_guard lock(mutex_);
    drop_outdated();
    const auto found = cache_.find(name);
    if (found == cache_.end()) return std::nullopt;
    return found->second;
}

void LinkResolver::remember(const std::string& name, const link::TableResolved& answer) {
    const std::lock_guard lock(mutex_);
    if (answer.table) project_schemas_.insert(lower(answer.table->schema));
    drop_outdated();
    // The gateway reads the generation before the name: an answer of another generation may be of the past.
    if (answer.generation != cache_generation_) return;
    if (cache_.size() >= kMaxCached) cache_.clear();
    cache_.insert_or_assign(name, to_resolved(answer));
}

void LinkResolver::drop_outdated() {
    const std::uint64_t now = generation_.current();
    if (now == cache_generation_) return;
    cache_.clear();
    cache_generation_ = now;
}

}  // namespace smew::worker
