// HdrHistogram's V2 form. Source: HdrHistogram's "EncodableHistogram" and "ZigZagEncoding" (Java), which are in the
// public domain; checked against PyPI's hdrhistogram by tests/e2e/test_load.py.

#include "auth/base64.hpp"
#include "core/byte_io.hpp"
#include "measure/histogram.hpp"
#include "measure/histogram_layout.hpp"

#include <zlib.h>

namespace smew::measure {
namespace {

constexpr std::uint32_t kPlainCookie = 0x1c849313, kDeflatedCookie = 0x1c849314;
constexpr std::uint32_t kDigits = 3;
constexpr std::size_t kHeaderBytes = 40, kMostBytes = 4 << 20;

// Numbers by sevens of bits, least first; the ninth byte holds eight.
void write_zigzag(std::vector<std::uint8_t>& out, std::int64_t value) {
    auto left = (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
    for (int byte = 0; byte < 8 && left >= 0x80; ++byte, left >>= 7)
        out.push_back(static_cast<std::uint8_t>(left | 0x80));
    out.push_back(static_cast<std::uint8_t>(left));
}

std::int64_t read_zigzag(ByteReader& in) {
    std::uint64_t value = 0;
    for (int byte = 0; byte < 9; ++byte) {
        const std::uint64_t next = in.u8();
        value |= (byte == 8 ? next : next & 0x7f) << (7 * byte);
        if ((next & 0x80) == 0) break;
    }
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

Error malformed() {
    return {sqlstate::kInvalidTextRepresentation, "this is no histogram in HdrHistogram's V2 form with microseconds"};
}

std::vector<std::uint8_t> deflated(const std::vector<std::uint8_t>& plain) {
    uLongf size = compressBound(plain.size());
    std::vector<std::uint8_t> out(size);
    ::compress2(out.data(), &size, plain.data(), plain.size(), Z_DEFAULT_COMPRESSION);
    out.resize(size);
    return out;
}

std::vector<std::uint8_t> inflated(ByteSpan data) {
    std::vector<std::uint8_t> out(kMostBytes);
    uLongf size = out.size();
    if (::uncompress(out.data(), &size, data.data(), data.size()) != Z_OK) size = 0;
    out.resize(size);
    return out;
}

}  // namespace

class HistogramCodec {
public:
    static void write_counts(const Histogram& histogram, std::vector<std::uint8_t>& out) {
        std::int64_t zeros = 0;
        for (const std::uint64_t count : histogram.counts_) {
            if (count == 0) {
                ++zeros;
                continue;
            }
            if (zeros > 0) write_zigzag(out, -zeros);
            zeros = 0;
            write_zigzag(out, static_cast<std::int64_t>(count));
        }
    }

    static bool read_counts(Histogram& histogram, ByteReader& in) {
        for (std::size_t index = 0; in.remaining() > 0;) {
            const std::int64_t next = read_zigzag(in);
            if (next < 0) {
                index += static_cast<std::size_t>(-next);
                continue;
            }
            if (!in.ok() || index > index_of(Histogram::kHighest)) return false;
            if (next > 0) {
                histogram.add_at(index, static_cast<std::uint64_t>(next));
                histogram.note(middle_at(index), static_cast<std::uint64_t>(next));
                histogram.max_ = std::min(highest_at(index), Histogram::kHighest);
            }
            ++index;
        }
        return in.ok();
    }
};

std::string Histogram::to_base64() const {
    std::vector<std::uint8_t> plain;
    ByteWriter writer(plain);
    writer.u32(kPlainCookie);
    writer.u32(0);  // the counts' size, known below
    writer.u32(0);  // normalizing offset
    writer.u32(kDigits);
    writer.u64(1);
    writer.u64(kHighest);
    writer.f64(1.0);
    HistogramCodec::write_counts(*this, plain);
    writer.patch_u32(4, static_cast<std::uint32_t>(plain.size() - kHeaderBytes));

    const std::vector<std::uint8_t> body = deflated(plain);
    std::vector<std::uint8_t> whole;
    ByteWriter outer(whole);
    outer.u32(kDeflatedCookie);
    outer.u32(static_cast<std::uint32_t>(body.size()));
    outer.bytes(body);
    return auth::base64_encode(whole);
}

Result<Histogram> Histogram::from_base64(std::string_view text) {
    const auto bytes = auth::base64_decode(text);
    if (!bytes) return malformed();
    ByteReader outer(*bytes);
    const bool cookie = outer.u32() == kDeflatedCookie;
    const std::vector<std::uint8_t> plain = inflated(outer.bytes(outer.u32()));
    ByteReader in(plain);
    const bool layout = in.u32() == kPlainCookie && in.u32() == plain.size() - kHeaderBytes && in.u32() == 0 &&
                        in.u32() == kDigits && in.u64() == 1 && in.u64() <= kHighest && in.f64() == 1.0;
    Histogram histogram;
    if (!cookie || !layout || !HistogramCodec::read_counts(histogram, in)) return malformed();
    return histogram;
}

}  // namespace smew::measure
