#include "auth/base64.hpp"

#include <gtest/gtest.h>

namespace smew::auth {
namespace {

std::string decoded(std::string_view text) {
    const auto bytes = base64_decode(text);
    return bytes ? std::string(as_text(*bytes)) : "refused";
}

// RFC 4648, section 10.
TEST(Base64, VectorsOfTheRfc) {
    const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, coded] : vectors) {
        EXPECT_EQ(base64_encode(as_bytes(plain)), coded);
        EXPECT_EQ(decoded(coded), plain);
    }
}

TEST(Base64, RefusesWhatIsNotExact) {
    for (const std::string_view text : {"Z", "Zg", "Zg=", "Zg==Zg==", "Zh==", "Zm9=", "Z===", "====", "Zm 9", "Zm9v\n",
                                        "Zm-_", "=m9v", "Z=9v", "Zm=v"}) {
        EXPECT_EQ(decoded(text), "refused") << text;
    }
}

}  // namespace
}  // namespace smew::auth
