#pragma once
// The directories a worker writes in.

#include "core/bytes.hpp"
#include "core/error.hpp"

#include <string>

namespace smew::worker {

// Scratch space: emptied and made at start (a worker that was killed left its files), removed at the end.
class TempDir {
public:
    static Result<TempDir> create(std::string path);
    TempDir(TempDir&& other) noexcept;
    TempDir& operator=(TempDir&&) = delete;
    ~TempDir();

    const std::string& path() const { return path_; }

private:
    explicit TempDir(std::string path) : path_(std::move(path)) {}
    std::string path_;
};

// What the files below `dir` take on disk. Files that come and go meanwhile are no error; links are not followed.
Bytes disk_usage(const std::string& dir);

}  // namespace smew::worker
