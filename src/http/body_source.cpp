#include "http/body_source.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

namespace smew::http {
namespace {

constexpr std::size_t kPiece = 256 << 10;

}  // namespace

BodySource::~BodySource() {
    if (!response_.remove_file) return;
    std::error_code ignored;
    std::filesystem::remove(response_.file, ignored);
}

Result<void> BodySource::open() {
    size_ = response_.body.size();
    if (response_.file.empty()) return {};
    file_.reset(::open(response_.file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    struct stat status {};
    if (!file_ || ::fstat(file_.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        file_.reset();
        return Error{sqlstate::kIoError, "the file is not there any more"};
    }
    size_ = static_cast<std::uint64_t>(status.st_size);
    buffer_.resize(std::min<std::uint64_t>(kPiece, size_));
    return {};
}

bool BodySource::next(std::string_view& piece) {
    const std::size_t wanted = std::min<std::uint64_t>(kPiece, size_ - sent_);
    if (!file_) {
        piece = std::string_view(response_.body).substr(sent_, wanted);
        sent_ += wanted;
        return true;
    }
    std::size_t filled = 0;
    while (filled < wanted) {
        const ssize_t count = ::read(file_.get(), buffer_.data() + filled, wanted - filled);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        filled += static_cast<std::size_t>(count);
    }
    piece = {buffer_.data(), filled};
    sent_ += filled;
    return true;
}

}  // namespace smew::http
