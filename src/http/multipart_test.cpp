#include "http/multipart.hpp"

#include "http/upload.hpp"

#include <gtest/gtest.h>

namespace smew::http {
namespace {

const std::string kBody =
    "preamble\r\n--XyZ\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--XyZ\r\n"
    "content-disposition: form-data; name=\"file\"; filename=\"a b.csv\"\r\nContent-Type: text/csv\r\n\r\n"
    "id\r\n--XyQ\r\n-\r\n1\r\n--XyZ--\r\nepilogue";

struct Parsed {
    std::string content, name;
    bool failed = false;
};

Parsed parse(std::string_view body, std::size_t step, const std::string& boundary = "XyZ") {
    Parsed parsed;
    MultipartReader reader(boundary, [&](ByteSpan piece) -> Result<void> {
        parsed.content += as_text(piece);
        return {};
    });
    for (std::size_t at = 0; at < body.size(); at += step) {
        if (!reader.feed(as_bytes(body.substr(at, step)))) parsed.failed = true;
    }
    parsed.failed = parsed.failed || !reader.finish();
    parsed.name = reader.file_name();
    return parsed;
}

TEST(Multipart, TheFilePartArrivesWhateverThePieces) {
    for (std::size_t step = 1; step <= kBody.size(); ++step) {
        const Parsed parsed = parse(kBody, step);
        EXPECT_FALSE(parsed.failed) << step;
        EXPECT_EQ(parsed.content, "id\r\n--XyQ\r\n-\r\n1") << step;
        EXPECT_EQ(parsed.name, "a b.csv") << step;
    }
}

TEST(Multipart, EveryPrefixIsIncomplete) {
    const std::size_t end = kBody.find("--\r\nepilogue") + 2;
    for (std::size_t size = 0; size < end; ++size) EXPECT_TRUE(parse(kBody.substr(0, size), 7).failed) << size;
    EXPECT_FALSE(parse(kBody.substr(0, end), 7).failed);
}

TEST(Multipart, MalformedBodiesAreRefused) {
    EXPECT_TRUE(parse("--XyZ\r\n\r\nx\r\n--XyZ--", 100).failed);                                     // no part "file"
    EXPECT_TRUE(parse("--XyZ junk\r\n\r\nx\r\n--XyZ--", 100).failed);                                // no line end
    EXPECT_TRUE(parse(std::string(20'000, 'x'), 1000).failed);                                       // no boundary
    EXPECT_TRUE(parse("--XyZ\r\nA: " + std::string(20'000, 'x'), 1000).failed);                      // endless headers
    const std::string part = "--XyZ\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n";  // twice
    EXPECT_TRUE(parse(part + part + "--XyZ--", 100).failed);
}

TEST(Multipart, TheBoundaryIsTakenFromTheHeader) {
    EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=abc").value(), "abc");
    EXPECT_EQ(multipart_boundary("Multipart/Form-Data; charset=utf-8; Boundary=\"a b\"").value(), "a b");
    EXPECT_EQ(multipart_boundary("text/csv; boundary=abc").value(), "");
    EXPECT_FALSE(multipart_boundary("multipart/form-data"));
    EXPECT_FALSE(multipart_boundary("multipart/form-data; boundary=" + std::string(71, 'a')));
    EXPECT_FALSE(multipart_boundary("multipart/form-data; boundary=\"\""));
}

}  // namespace
}  // namespace smew::http
