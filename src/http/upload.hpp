#pragma once
// A request body that is streamed to a staging file: at no time more than one piece of it is in memory.

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "core/fd.hpp"

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace smew::http {

class MultipartReader;
class Sha256;

struct UploadTarget {
    std::filesystem::path path;  // does not exist yet
    Bytes limit;
    std::uint32_t group = 0;  // that may read it; 0: the process's own
    std::string boundary;     // of multipart/form-data: the part called "file" is kept; empty: the whole body
    bool hashed = true;       // SHA-256 costs 4 seconds of CPU a gigabyte
};

class Upload {
public:
    // 58030 when the file cannot be made.
    static Result<std::unique_ptr<Upload>> open(UploadTarget target);
    ~Upload();  // removes the file unless it was moved away
    Upload(const Upload&) = delete;
    Upload& operator=(const Upload&) = delete;

    // 53400 beyond the limit, 53100 when the disk is full, 22023 for broken multipart.
    Result<void> write(ByteSpan piece);
    Result<void> finish();

    const std::filesystem::path& path() const { return target_.path; }
    std::uint64_t size() const { return size_; }
    std::uint64_t received() const { return received_; }   // of the body, multipart's own bytes included
    const std::string& sha256() const { return sha256_; }  // hex, of the file, after finish(); empty when not hashed
    const std::string& file_name() const { return file_name_; }  // of the multipart part; may be empty

private:
    Upload(UploadTarget target, UniqueFd file);
    Result<void> store(ByteSpan piece);

    UploadTarget target_;
    UniqueFd file_;
    std::unique_ptr<MultipartReader> multipart_;
    std::unique_ptr<Sha256> hash_;
    std::uint64_t size_ = 0, received_ = 0;
    std::string sha256_, file_name_;
};

// The boundary of a multipart/form-data Content-Type; empty for any other type. 22023 when it is missing or malformed.
Result<std::string> multipart_boundary(std::string_view content_type);

enum class FileMagic { kNone, kGzip, kZstd, kParquet };
FileMagic magic_of(const std::filesystem::path& file);

// SHA-256 of a file, hex, read piece by piece.
Result<std::string> sha256_of(const std::filesystem::path& file);

}  // namespace smew::http
