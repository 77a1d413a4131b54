#pragma once
// A file that lines are appended to, and which makes room for a new one when it is full: name, name.1, name.2, …

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "core/fd.hpp"

#include <string>
#include <string_view>

namespace smew::observe {

class RotatingFile {
public:
    // `path`: also "stdout" and "stderr", which do not rotate. `count` files are kept, this one among them. Nothing is
    // opened before the first line.
    RotatingFile(std::string path, Bytes max_size, int count);
    RotatingFile(RotatingFile&&) noexcept = default;
    ~RotatingFile() { close(); }

    // Whole lines, which are written in one piece or, when the disk does not take them, not at all. Error 58030 or
    // 53100.
    Result<void> append(std::string_view lines);

private:
    Result<void> open();
    void rotate();
    Result<void> write(std::string_view lines);
    void reserve(std::size_t more);
    void close();

    const std::string path_;
    const std::uint64_t max_size_;
    const int count_;
    int fd_ = -1;  // of own_, or a standard stream
    UniqueFd own_;
    std::uint64_t size_ = 0;
    std::uint64_t reserved_ = 0;  // the file system has given it room up to here; 0: none beyond its size
};

}  // namespace smew::observe
