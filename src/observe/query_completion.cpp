#include "observe/query_completion.hpp"

#include "auth/api_key.hpp"
#include "core/characters.hpp"
#include "sql/normaliser.hpp"

#include <algorithm>

namespace smew::observe {
namespace {

using config::QueryAuditMode;

constexpr std::size_t kKnownTexts = 2000;
constexpr std::size_t kLongestKnown = 2000;  // bytes of a text worth keeping

}  // namespace

void QueryCompletion::complete(link::QueryRecord& record) {
    if (const std::uint64_t generation = policy_.generation(); generation != generation_) {
        generation_ = generation;
        values_ = policy_.values();
        known_.clear();
    }
    const Known& known = look_up(record.query, values_);
    record.query_hash = known.hash;
    const bool unparsed = record.sqlstate == sqlstate::kSyntaxError;
    record.query =
        values_.mode == QueryAuditMode::kStructure && unparsed ? sql::first_word_only(record.query) : known.shown;
    if (values_.mode == QueryAuditMode::kFull) return;
    // Messages quote what was wrong, and a plan its filters.
    if (!record.error.empty()) record.error = condition_name(record.sqlstate);
    record.plan = values_.mode == QueryAuditMode::kStructure ? plan_without_literals(record.plan) : std::string();
}

const QueryCompletion::Known& QueryCompletion::look_up(const std::string& query, const QueryPolicy::Values& values) {
    if (const auto found = known_.find(query); found != known_.end()) return found->second;
    const sql::Normalised normalised = sql::normalise(query);
    Known known;
    known.hash = "sha256:" + auth::sha256_hex(normalised.canonical);
    if (values.mode == QueryAuditMode::kFull) known.shown = whole_characters(query, values.max_length);
    if (values.mode == QueryAuditMode::kStructure) known.shown = whole_characters(normalised.text, values.max_length);
    if (query.size() > kLongestKnown) return last_ = std::move(known);
    if (known_.size() >= kKnownTexts) known_.clear();
    return known_[query] = std::move(known);
}

}  // namespace smew::observe
