#include "pgsession/change_log.hpp"

#include <algorithm>

namespace smew::pgsession {
namespace {

using engine::ParameterValue;

// A copy whose views point into `texts`.
ParameterValue copy_of(const ParameterValue& value, OwnedTexts& texts, std::size_t& bytes) {
    bytes += sizeof value;
    if (const auto* text = std::get_if<engine::TextValue>(&value)) {
        bytes += text->text.size();
        return engine::TextValue{texts.emplace_back(text->text)};
    }
    if (const auto* blob = std::get_if<engine::BlobValue>(&value)) {
        bytes += blob->bytes.size();
        return engine::BlobValue{texts.emplace_back(blob->bytes)};
    }
    if (const auto* list = std::get_if<std::shared_ptr<engine::ListValue>>(&value)) {
        auto copy = std::make_shared<engine::ListValue>();
        copy->element = (*list)->element;
        for (const ParameterValue& element : (*list)->values) copy->values.push_back(copy_of(element, texts, bytes));
        return copy;
    }
    return value;
}

}  // namespace

void ChangeLog::withdraw() {
    truncate(size_ - 1);
}

void ChangeLog::keep(const StatementPtr& statement, std::span<const ParameterValue> parameters, std::uint64_t rows) {
    const bool follows = kept_.size() + 1 == size_;
    if (!follows || kept_.size() == kMaxChanges || !statement->plan->repeatable()) return;
    Change change{.statement = statement, .rows = rows, .bytes = sizeof(Change) + statement->sql.size()};
    // A client may bind more than the statement uses.
    const std::size_t used = std::min(parameters.size(), statement->plan->parameter_types().size());
    for (const ParameterValue& value : parameters.first(used)) {
        change.parameters.push_back(copy_of(value, change.texts, change.bytes));
    }
    if (bytes_ + change.bytes > kMaxBytes) return;
    bytes_ += change.bytes;
    kept_.push_back(std::move(change));
}

Result<std::uint64_t> ChangeLog::make(const Change& change) {
    auto cursor = change.statement->plan->execute(change.parameters);
    if (!cursor) return cursor.error();
    std::uint64_t returned = 0;
    for (;;) {
        const Result<const engine::Chunk*> chunk = (*cursor)->next();
        if (!chunk) return chunk.error();
        if (*chunk == nullptr) break;
        returned += (*chunk)->rows;
    }
    return change.statement->returns_rows() ? returned : (*cursor)->rows_affected();
}

Result<void> ChangeLog::repeat(std::size_t count) const {
    for (std::size_t i = 0; i < count; ++i) {
        const Result<std::uint64_t> rows = make(kept_[i]);
        if (!rows) return rows.error();
        if (*rows == kept_[i].rows) continue;
        return Error{sqlstate::kSerializationFailure, "could not repeat the changes made before the savepoint", "",
                     "Roll the transaction back and run it again."};
    }
    return {};
}

void ChangeLog::truncate(std::size_t count) {
    size_ = std::min(size_, count);
    while (kept_.size() > size_) {
        bytes_ -= kept_.back().bytes;
        kept_.pop_back();
    }
}

}  // namespace smew::pgsession
