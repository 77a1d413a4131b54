#include "auth/api_key.hpp"

#include <gtest/gtest.h>

namespace smew::auth {
namespace {

TEST(ApiKey, ANewKeyLeadsToItsIdAndHash) {
    const NewApiKey made = make_api_key();
    const std::string key(made.key.reveal());
    EXPECT_EQ(key.size(), 5 + 8 + 1 + 43U);
    ASSERT_TRUE(key_id_of(key));
    EXPECT_EQ(*key_id_of(key), made.id);
    EXPECT_EQ(made.id.value(), "key_" + key.substr(5, 8));
    EXPECT_EQ(made.prefix, key.substr(0, 14) + "...");
    EXPECT_EQ(made.hash, sha256_hex(key));
    EXPECT_NE(made.hash, make_api_key().hash);
}

TEST(ApiKey, EveryTruncationIsNoKey) {
    const NewApiKey made = make_api_key();
    const std::string key(made.key.reveal());
    for (std::size_t length = 0; length < key.size(); ++length) EXPECT_FALSE(key_id_of(key.substr(0, length)));
    EXPECT_FALSE(key_id_of(key + "x"));
}

TEST(ApiKey, OtherAlphabetsAreNoKey) {
    const std::string tail = "_" + std::string(43, 'a');
    EXPECT_TRUE(key_id_of("smew_0123abcd" + tail));
    EXPECT_FALSE(key_id_of("smew_0123ABCD" + tail));
    EXPECT_FALSE(key_id_of("smew_0123abcg" + tail));
    EXPECT_FALSE(key_id_of("swan_0123abcd" + tail));
    EXPECT_FALSE(key_id_of("smew_0123abcd-" + std::string(43, 'a')));
    EXPECT_FALSE(key_id_of("smew_0123abcd_" + std::string(42, 'a') + " "));
}

TEST(ApiKey, Sha256OfNothingAndAbc) {
    EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(ApiKey, ConstantTimeEquality) {
    EXPECT_TRUE(equal_constant_time("", ""));
    EXPECT_TRUE(equal_constant_time("abc", "abc"));
    EXPECT_FALSE(equal_constant_time("abc", "abd"));
    EXPECT_FALSE(equal_constant_time("abc", "ab"));
}

TEST(ApiKey, Scopes) {
    EXPECT_EQ(parse_scope("project_admin"), Scope::kProjectAdmin);
    EXPECT_EQ(parse_scope(to_text(Scope::kProjectRead)), Scope::kProjectRead);
    EXPECT_FALSE(parse_scope("admin"));
}

}  // namespace
}  // namespace smew::auth
