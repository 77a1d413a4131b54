#pragma once
// The file a job writes: there at the end only when the job succeeded.

#include "core/bytes.hpp"
#include "core/error.hpp"

#include <atomic>
#include <string>

namespace smew::engine::loader {

class OutputFile {
public:
    // Claims a path where nothing lies yet. 58030 when something does: that file is left alone.
    static Result<OutputFile> claim(const std::string& path);
    // Removes the file, and what DuckDB keeps beside it, unless finish() succeeded.
    ~OutputFile();
    OutputFile(OutputFile&& other) noexcept;
    OutputFile& operator=(OutputFile&&) = delete;

    const std::string& path() const { return path_; }
    // Starts as a copy of `source`, writable by the owner. Sharing blocks where the file system can. 57014 on cancel.
    Result<void> copy_from(const std::string& source, const std::atomic<bool>& cancel);
    // Call when DuckDB has closed the file: makes it durable and keeps it. Its size.
    Result<Bytes> finish();

private:
    explicit OutputFile(std::string path) : path_(std::move(path)) {}

    std::string path_;
    bool owned_ = true;
};

// 58030 when no file lies there. `what` names it in the error: "the file to import".
Result<void> require_file(const std::string& path, const std::string& what);

// 0 for a file that is not there.
Bytes file_size(const std::string& path);

}  // namespace smew::engine::loader
