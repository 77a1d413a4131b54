#pragma once
// Files of a project: where they lie and how they get there. The name a user gave is a row's text, never part of a
// path.

#include "http/context.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smew::http {

struct NewFile {
    const catalog::Project& project;
    std::string name, content_type;
    std::vector<std::string> tags;
    std::optional<WallTime> expires_at = {};
};

// "file_" and 16 hex digits; the upload key holds the id, so that it finds the file also after the upload.
FileId new_file_id();
std::string new_upload_key(const FileId& id);
std::optional<FileId> file_of_upload_key(std::string_view key);

// A row that waits for its upload.
catalog::File prepare(const NewFile& wanted, Context& context);
// Moves a finished staging file to its place for good and marks the row as uploaded.
catalog::File complete(const catalog::Project& project, const catalog::File& file,
                       const std::filesystem::path& staging_file, std::string_view sha256, Context& context);
// Both, for a file that smew made itself.
catalog::File keep_as_file(const NewFile& wanted, const std::filesystem::path& staging_file, Context& context);

// 422 unless it can stand in a header.
void check_content_type(std::string_view content_type);

}  // namespace smew::http
