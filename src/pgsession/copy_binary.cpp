#include "pgsession/copy_binary.hpp"

#include "core/byte_io.hpp"

namespace smew::pgsession {
namespace {

constexpr std::size_t kMaxTupleBytes = 64U << 20;
constexpr std::uint32_t kCriticalFlags = 0xFFFF'0000U;
constexpr std::uint32_t kHasOids = 1U << 16;

Error malformed(std::string message) {
    return {sqlstate::kBadCopyFileFormat, std::move(message)};
}

Error cut_short() {
    return malformed("unexpected EOF in COPY data");
}

Error after_the_end() {
    return malformed("received copy data after EOF marker");
}

}  // namespace

void BinaryCopyReader::feed(ByteSpan bytes) {
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
}

// More is needed; after the end, that is an error.
Result<bool> BinaryCopyReader::wait_or(Error error) const {
    if (finished_) return error;
    return false;
}

Result<bool> BinaryCopyReader::read_header() {
    ByteReader reader(rest());
    if (reader.remaining() < kCopyHeaderBytes) return wait_or(malformed("COPY file signature not recognized"));
    if (reader.text(kCopySignature.size()) != kCopySignature) return malformed("COPY file signature not recognized");
    const std::uint32_t flags = reader.u32();
    if ((flags & kHasOids) != 0) return malformed("invalid COPY file header (WITH OIDS)");
    if ((flags & kCriticalFlags) != 0) return malformed("unrecognized critical flags in COPY file header");
    const std::int32_t extension = reader.i32();
    if (extension < 0) return malformed("invalid COPY file header (missing length)");
    reader.bytes(static_cast<std::size_t>(extension));
    if (!reader.ok()) return wait_or(malformed("invalid COPY file header (wrong length)"));
    begin_ = pending_.size() - reader.remaining();
    header_read_ = true;
    return true;
}

Result<bool> BinaryCopyReader::read_tuple() {
    ByteReader reader(rest());
    if (reader.remaining() == 0) return false;
    ++tuples_;
    const std::int16_t count = reader.i16();
    if (!reader.ok()) return cut_short();
    if (count == -1) {
        ended_ = true;
        begin_ = pending_.size() - reader.remaining();
        if (reader.remaining() > 0) return after_the_end();
        return false;
    }
    if (count < 0 || static_cast<std::size_t>(count) != columns_) {
        return malformed("row field count is " + std::to_string(count) + ", expected " + std::to_string(columns_));
    }
    fields_.clear();
    for (std::size_t i = 0; i < columns_; ++i) {
        const std::int32_t size = reader.i32();
        if (!reader.ok()) return cut_short();
        if (size < -1) return malformed("invalid field size");
        fields_.push_back(size < 0 ? std::nullopt : std::optional(reader.bytes(static_cast<std::size_t>(size))));
        if (!reader.ok()) return cut_short();
    }
    begin_ = pending_.size() - reader.remaining();
    return true;
}

Result<bool> BinaryCopyReader::next() {
    if (!header_read_) {
        if (const auto read = read_header(); !read || !*read) return read;
    }
    if (ended_ && !rest().empty()) return after_the_end();
    if (ended_) return false;
    const auto read = read_tuple();
    const bool cut = !read && read.error().message == cut_short().message;
    if (!cut || finished_) return read;
    --tuples_;
    if (rest().size() > kMaxTupleBytes) {
        return Error{sqlstate::kProgramLimitExceeded, "a tuple of the data is too long", "",
                     "The longest is " + to_text(Bytes{kMaxTupleBytes}) + "."};
    }
    return false;
}

}  // namespace smew::pgsession
