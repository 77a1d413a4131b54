#pragma once
// The directory of everything smew keeps, held for this process alone: two gateways on one directory would write the
// same files.

#include "core/fd.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace smew::app {

class DataDir {
public:
    // Makes the directory when it is missing and locks its file "lock" until the process ends. Throws ErrorException,
    // 55000 when another process holds it.
    explicit DataDir(const std::string& path);

    const std::filesystem::path& path() const { return path_; }  // absolute

    // Writes a file that only the server's user may read, whole or not at all, and durably. Throws ErrorException.
    void write_private(std::string_view name, std::string_view content) const;

private:
    std::filesystem::path path_;
    UniqueFd lock_;
};

}  // namespace smew::app
