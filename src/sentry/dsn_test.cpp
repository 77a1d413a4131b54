#include "sentry/dsn.hpp"

#include <gtest/gtest.h>

namespace smew::sentry {
namespace {

TEST(Dsn, ReadsItsParts) {
    const auto dsn = parse_dsn("https://abc:old@o123.ingest.sentry.io:8443/some/path/42");
    ASSERT_TRUE(dsn);
    EXPECT_EQ(dsn->public_key, "abc");
    EXPECT_EQ(dsn->project, "42");
    EXPECT_EQ(dsn->org_id, "123");
    EXPECT_EQ(dsn->envelope_url(), "https://o123.ingest.sentry.io:8443/some/path/api/42/envelope/");
    EXPECT_EQ(parse_dsn("http://k@[::1]:9000/1")->envelope_url(), "http://[::1]:9000/api/1/envelope/");
}

TEST(Dsn, RefusesOthersWithoutRepeatingTheKey) {
    for (const std::string_view text :
         {"", "abc", "ftp://hiddenkey@host/1", "https://host/1", "https://hiddenkey@host", "https://hiddenkey@host/",
          "https://@host/1", "https://hiddenkey@/1", "https://hiddenkey@host/1?x=y", "https://hidden key@host/1"}) {
        const auto dsn = parse_dsn(text);
        ASSERT_FALSE(dsn) << text;
        EXPECT_EQ(dsn.error().message.find("hidden"), std::string::npos);
        EXPECT_FALSE(dsn.error().hint.empty());
    }
}

}  // namespace
}  // namespace smew::sentry
