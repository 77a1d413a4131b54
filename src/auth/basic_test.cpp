#include "auth/basic.hpp"

#include "auth/scram.hpp"

#include <gtest/gtest.h>

namespace smew::auth {
namespace {

TEST(Basic, NameAndPassword) {
    const auto credentials = parse_basic("Basic QWxhZGRpbjpvcGVuOnNlc2FtZQ==");  // RFC 7617, with a colon more
    ASSERT_TRUE(credentials);
    EXPECT_EQ(credentials->user, "Aladdin");
    EXPECT_EQ(credentials->password.reveal(), "open:sesame");
    EXPECT_TRUE(parse_basic("bAsIc   Og=="));  // both may be empty
}

TEST(Basic, WhatIsNone) {
    for (const char* header : {"", "Basic", "Basic ", "Basic QQ==", "Basic !!", "Bearer QTpi", "Basic QTpi\n"}) {
        EXPECT_FALSE(parse_basic(header)) << header;
    }
}

TEST(Basic, AVerifierKnowsItsPassword) {
    const ScramVerifier verifier = ScramVerifier::from_password(Secret("open:sesame"));
    EXPECT_TRUE(verifier.matches(Secret("open:sesame")));
    EXPECT_FALSE(verifier.matches(Secret("open:sesam")));
    EXPECT_FALSE(verifier.matches(Secret("")));
}

}  // namespace
}  // namespace smew::auth
