#include "http/upload.hpp"

#include "http/multipart.hpp"
#include "http/sha256.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <vector>

namespace smew::http {
namespace {

constexpr std::size_t kReadPiece = 256 << 10;

Error io_error(int number) {
    if (number == ENOSPC || number == EDQUOT) return {sqlstate::kDiskFull, "there is no space left for the upload"};
    return {sqlstate::kIoError, std::string("the upload could not be kept: ") + std::strerror(number)};
}

bool boundary_character(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
}

}  // namespace

Result<std::unique_ptr<Upload>> Upload::open(UploadTarget target) {
    UniqueFd file(::open(target.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640));
    if (!file) return io_error(errno);
    // The loader that will read it runs as another user; the group is the project's.
    if (target.group != 0 && ::fchown(file.get(), static_cast<uid_t>(-1), target.group) != 0) return io_error(errno);
    if (::fchmod(file.get(), 0640) != 0) return io_error(errno);
    return std::unique_ptr<Upload>(new Upload(std::move(target), std::move(file)));
}

Upload::Upload(UploadTarget target, UniqueFd file) : target_(std::move(target)), file_(std::move(file)) {
    if (target_.hashed) hash_ = std::make_unique<Sha256>();
    if (target_.boundary.empty()) return;
    multipart_ = std::make_unique<MultipartReader>(target_.boundary, [this](ByteSpan piece) { return store(piece); });
}

Upload::~Upload() {
    std::error_code ignored;
    std::filesystem::remove(target_.path, ignored);
}

Result<void> Upload::write(ByteSpan piece) {
    received_ += piece.size();
    if (received_ > target_.limit.count) {
        return Error{sqlstate::kConfigurationLimitExceeded,
                     "the body is larger than " + to_text(target_.limit) + " (import_max_bytes)"};
    }
    return multipart_ ? multipart_->feed(piece) : store(piece);
}

Result<void> Upload::store(ByteSpan piece) {
    if (hash_) hash_->update(piece);
    size_ += piece.size();
    while (!piece.empty()) {
        const ssize_t written = ::write(file_.get(), piece.data(), piece.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return io_error(errno);
        piece = piece.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Result<void> Upload::finish() {
    if (multipart_) {
        if (Result<void> complete = multipart_->finish(); !complete) return complete.error();
        file_name_ = multipart_->file_name();
    }
    if (hash_) sha256_ = hash_->hex();
    file_.reset();
    return {};
}

Result<std::string> multipart_boundary(std::string_view content_type) {
    std::string lower(content_type);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
    if (!lower.starts_with("multipart/form-data")) return std::string();
    const std::size_t at = lower.find("boundary=");
    if (at == std::string::npos) return Error{sqlstate::kInvalidParameterValue, "Content-Type has no boundary"};
    std::string_view value = content_type.substr(at + 9);
    const bool quoted = value.starts_with('"');
    if (quoted) value.remove_prefix(1);
    value = value.substr(0, value.find_first_of(quoted ? "\"" : "; \t"));
    // RFC 2046: 1 to 70 characters of a fixed set.
    if (value.empty() || value.size() > 70 || !std::all_of(value.begin(), value.end(), boundary_character)) {
        return Error{sqlstate::kInvalidParameterValue, "Content-Type has a malformed boundary"};
    }
    return std::string(value);
}

FileMagic magic_of(const std::filesystem::path& file) {
    const UniqueFd in(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    std::array<char, 4> first{};
    if (!in || ::pread(in.get(), first.data(), first.size(), 0) < 2) return FileMagic::kNone;
    const std::string_view magic(first.data(), first.size());
    if (magic.starts_with("\x1f\x8b")) return FileMagic::kGzip;
    if (magic == "\x28\xb5\x2f\xfd") return FileMagic::kZstd;
    if (magic == "PAR1") return FileMagic::kParquet;
    return FileMagic::kNone;
}

Result<std::string> sha256_of(const std::filesystem::path& file) {
    const UniqueFd in(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!in) return io_error(errno);
    Sha256 hash;
    std::vector<std::uint8_t> piece(kReadPiece);
    while (true) {
        const ssize_t count = ::read(in.get(), piece.data(), piece.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return io_error(errno);
        if (count == 0) return hash.hex();
        hash.update(ByteSpan(piece).first(static_cast<std::size_t>(count)));
    }
}

}  // namespace smew::http
