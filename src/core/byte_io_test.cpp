#include "core/byte_io.hpp"

#include <gtest/gtest.h>

namespace smew {
namespace {

std::vector<std::uint8_t> sample() {
    std::vector<std::uint8_t> out;
    ByteWriter writer(out);
    writer.u8(7);
    writer.i16(-2);
    writer.u32(0x01020304);
    writer.i64(-5);
    writer.cstring("name");
    writer.sized("body");
    return out;
}

TEST(ByteIo, WritesBigEndian) {
    std::vector<std::uint8_t> out;
    ByteWriter(out).u32(0x01020304);
    EXPECT_EQ(out, (std::vector<std::uint8_t>{1, 2, 3, 4}));
}

TEST(ByteIo, ReadsBackWhatWasWritten) {
    const auto data = sample();
    ByteReader reader(data);
    EXPECT_EQ(reader.u8(), 7);
    EXPECT_EQ(reader.i16(), -2);
    EXPECT_EQ(reader.u32(), 0x01020304U);
    EXPECT_EQ(reader.i64(), -5);
    EXPECT_EQ(reader.cstring(), "name");
    EXPECT_EQ(reader.sized(), "body");
    EXPECT_TRUE(reader.complete());
}

TEST(ByteIo, EveryPrefixIsIncomplete) {
    const auto data = sample();
    for (std::size_t length = 0; length < data.size(); ++length) {
        ByteReader reader(ByteSpan(data).first(length));
        reader.u8();
        reader.i16();
        reader.u32();
        reader.i64();
        reader.cstring();
        reader.sized();
        EXPECT_FALSE(reader.ok()) << length;
    }
}

TEST(ByteIo, PatchesALengthWrittenEarlier) {
    std::vector<std::uint8_t> out;
    ByteWriter writer(out);
    const std::size_t at = writer.position();
    writer.u32(0);
    writer.text("abc");
    writer.patch_u32(at, 3);
    EXPECT_EQ(ByteReader(out).sized(), "abc");
}

}  // namespace
}  // namespace smew
