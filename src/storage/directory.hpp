#pragma once
// Directories by descriptor, so that nobody can swap a component of a path between two steps. Inside storage/ only.
// Workers own some of these directories and are not trusted: a symbolic link is never followed below data_dir.

#include "core/error.hpp"
#include "core/fd.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace smew::storage {

struct Ownership {
    mode_t mode = 0;
    uid_t uid = 0;
    gid_t gid = 0;
    bool hand_over = false;  // false: uid and gid are left as they are
};

// 53100 for a full disk or quota, else 58030; names the path and errno's text.
Error io_error(std::string_view what, const std::filesystem::path& path, int error_number);

// 58030 also when it is a symbolic link or no directory.
Result<UniqueFd> open_directory(const std::filesystem::path& path);
// Makes `name` in `parent` unless it is there, gives it its owner and mode, and makes both durable.
Result<UniqueFd> make_directory(const UniqueFd& parent, const std::string& name, const Ownership& ownership);
Result<void> sync_directory(const UniqueFd& directory, const std::filesystem::path& path);

// The names in a directory without . and .. ; empty when it cannot be read.
std::vector<std::string> names_in(const std::filesystem::path& directory);

}  // namespace smew::storage
