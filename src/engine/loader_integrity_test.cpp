#include "engine/loader_integrity.hpp"

#include "engine/loader_test_fixture.hpp"

#include <fstream>
#include <sstream>

namespace smew::engine::loader {
namespace {

using link::FileCompression;

class Integrity : public LoaderTest {
protected:
    // 20,000 lines, packed; `part` makes the files differ.
    std::string packed(const std::string& kind, int part = 0) {
        const std::string name = path("packed." + kind);
        std::filesystem::remove(name);
        sql("COPY (SELECT md5((range + " + std::to_string(part) + ")::VARCHAR) AS a FROM range(20000)) TO '" + name +
            "' (FORMAT csv, HEADER " + (part == 0 ? "true" : "false") + ", COMPRESSION " + kind +
            ", USE_TMP_FILE false)");
        std::ostringstream out;
        out << std::ifstream(name, std::ios::binary).rdbuf();
        return out.str();
    }
    std::string code(const std::string& content, FileCompression compression) {
        const auto checked = check_compressed(file("checked", content), compression, cancel_);
        return checked ? "whole" : std::string(checked.error().code.text());
    }
};

TEST_F(Integrity, WholeFiles) {
    EXPECT_EQ(code(packed("gzip"), FileCompression::kGzip), "whole");
    EXPECT_EQ(code(packed("gzip") + packed("gzip", 1), FileCompression::kGzip), "whole");
    EXPECT_EQ(code(packed("zstd"), FileCompression::kZstd), "whole");
    EXPECT_EQ(code(packed("zstd") + packed("zstd", 1), FileCompression::kZstd), "whole");
    const std::string skippable("\x50\x2a\x4d\x18\x04\0\0\0abcd", 12);
    EXPECT_EQ(code(skippable + packed("zstd") + skippable, FileCompression::kZstd), "whole");
    EXPECT_EQ(code("anything", FileCompression::kNone), "whole");
}

TEST_F(Integrity, CutOffAnywhere) {
    for (const auto& [kind, compression] :
         {std::pair{"gzip", FileCompression::kGzip}, std::pair{"zstd", FileCompression::kZstd}}) {
        const std::string whole = packed(kind);
        for (std::size_t size = 0; size < whole.size(); size += size < 40 || size > whole.size() - 40 ? 1 : 4'001) {
            EXPECT_EQ(code(whole.substr(0, size), compression), "22P04")
                << kind << " " << size << " of " << whole.size();
        }
    }
}

TEST_F(Integrity, DamagedAndForeign) {
    std::string flipped = packed("gzip");
    flipped[flipped.size() / 2] = static_cast<char>(~flipped[flipped.size() / 2]);
    EXPECT_EQ(code(flipped, FileCompression::kGzip), "22P04");
    std::string wrong_sum = packed("gzip");
    wrong_sum[wrong_sum.size() - 6] ^= 1;
    EXPECT_EQ(code(wrong_sum, FileCompression::kGzip), "22P04");
    EXPECT_EQ(code(packed("gzip") + "tail", FileCompression::kGzip), "22P04");
    EXPECT_EQ(code(packed("zstd") + "tail", FileCompression::kZstd), "22P04");
    EXPECT_EQ(code(packed("zstd"), FileCompression::kGzip), "22P04");
    EXPECT_EQ(code(packed("gzip"), FileCompression::kZstd), "22P04");
    EXPECT_EQ(code("a,b\n1,2\n", FileCompression::kGzip), "22P04");
}

TEST_F(Integrity, CancelledAndMissing) {
    EXPECT_EQ(check_compressed(path("nothing"), FileCompression::kGzip, cancel_).error().code.text(), "58030");
    const std::string gzip = packed("gzip"), zstd = packed("zstd");
    cancel_ = true;
    EXPECT_EQ(code(gzip, FileCompression::kGzip), "57014");
    EXPECT_EQ(code(zstd, FileCompression::kZstd), "57014");
}

}  // namespace
}  // namespace smew::engine::loader
