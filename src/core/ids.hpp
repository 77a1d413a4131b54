#pragma once
// Identifiers that cannot be mixed up: a WorkspaceId is no string and no ProjectId.

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace smew {

template <class Tag, class Value>
class StrongId {
public:
    StrongId() = default;
    explicit StrongId(Value value) : value_(std::move(value)) {}
    const Value& value() const { return value_; }
    friend auto operator<=>(const StrongId&, const StrongId&) = default;

private:
    Value value_{};
};

using ProjectId = StrongId<struct ProjectIdTag, std::string>;      // chosen by the admin: "123", "sales"
using WorkspaceId = StrongId<struct WorkspaceIdTag, std::string>;  // "abc12345": database "workspace_abc12345"
using SessionId = StrongId<struct SessionIdTag, std::string>;      // "sess_" and 16 hex digits
using ApiKeyId = StrongId<struct ApiKeyIdTag, std::string>;        // "key_" and 8 hex digits
using FileId = StrongId<struct FileIdTag, std::string>;            // "file_" and 16 hex digits
using TableId = StrongId<struct TableIdTag, std::int64_t>;         // row id in the metadata store
using VersionId = StrongId<struct VersionIdTag, std::int64_t>;     // row id in the metadata store

}  // namespace smew

template <class Tag, class Value>
struct std::hash<smew::StrongId<Tag, Value>> {
    std::size_t operator()(const smew::StrongId<Tag, Value>& id) const { return std::hash<Value>{}(id.value()); }
};
