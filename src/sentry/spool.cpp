#include "sentry/spool.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <vector>

namespace smew::sentry {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnding = ".envelope";

std::optional<std::string> content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
}

bool write_file(const fs::path& path, const std::string& text) {
    const fs::path unfinished = path.string() + ".tmp";
    std::error_code error;
    {
        std::ofstream file(unfinished, std::ios::binary | std::ios::trunc);
        fs::permissions(unfinished, fs::perms::owner_read | fs::perms::owner_write, error);
        file.write(text.data(), static_cast<std::streamsize>(text.size()));
        file.flush();
        if (!file) {
            fs::remove(unfinished, error);
            return false;
        }
    }
    fs::rename(unfinished, path, error);
    return !error;
}

}  // namespace

Spool::Spool(fs::path directory, std::uint64_t max_bytes, std::size_t max_files)
    : directory_(std::move(directory)), max_bytes_(max_bytes), max_files_(max_files) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(directory_, error)) {
        const std::string name = entry.path().filename().string();
        std::error_code failed;
        if (name.ends_with(".tmp")) fs::remove(entry.path(), failed);
        if (!name.ends_with(kEnding)) continue;
        const std::uintmax_t bytes = entry.file_size(failed);
        if (failed) continue;
        files_.push_back({name, bytes});
        bytes_ += bytes;
    }
    std::ranges::sort(files_, {}, &File::name);  // a name begins with the time
}

Spool::Kept Spool::keep(const Envelope& envelope, WallTime now) {
    const std::string text = envelope.stored();
    Kept result;
    if (text.size() > max_bytes_) return result;
    while (!files_.empty() && (bytes_ + text.size() > max_bytes_ || files_.size() >= max_files_)) {
        pop();
        ++result.dropped;
    }
    std::error_code error;
    fs::create_directories(directory_, error);
    fs::permissions(directory_, fs::perms::owner_all, error);
    char name[64];
    std::snprintf(name, sizeof name, "%020lld-%06llu%s", static_cast<long long>(now.time_since_epoch().count()),
                  static_cast<unsigned long long>(made_++ % 1'000'000), kEnding.data());
    if (!write_file(directory_ / name, text)) return result;
    files_.push_back({name, text.size()});
    bytes_ += text.size();
    result.kept = true;
    return result;
}

std::optional<Envelope> Spool::front() {
    while (!files_.empty()) {
        if (const auto text = content_of(directory_ / files_.front().name)) {
            if (auto envelope = Envelope::restored(*text)) return envelope;
        }
        pop();
    }
    return std::nullopt;
}

void Spool::pop() {
    std::error_code error;
    fs::remove(directory_ / files_.front().name, error);
    bytes_ -= files_.front().bytes;
    files_.pop_front();
}

}  // namespace smew::sentry
