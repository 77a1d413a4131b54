#include "load/dsn.hpp"

#include <gtest/gtest.h>

namespace smew::load {
namespace {

TEST(Dsn, Uri) {
    const Dsn dsn =
        parse_dsn("postgresql://ana:p%40ss%2Fw@db.example:6543/work?sslmode=require&application_name=x").value();
    EXPECT_EQ(dsn.host, "db.example");
    EXPECT_EQ(dsn.port, "6543");
    EXPECT_EQ(dsn.user, "ana");
    EXPECT_EQ(dsn.password.reveal(), "p@ss/w");
    EXPECT_EQ(dsn.database, "work");
    EXPECT_EQ(dsn.tls, TlsMode::kRequire);
    EXPECT_EQ(dsn.parameters.at("application_name"), "x");
    EXPECT_EQ(dsn.address(), "postgresql://ana@db.example:6543/work");
}

TEST(Dsn, UriOfAnIpv6Address) {
    const Dsn dsn = parse_dsn("postgres://ana@[::1]:6543/work").value();
    EXPECT_EQ(dsn.host, "::1");
    EXPECT_EQ(dsn.port, "6543");
    EXPECT_EQ(dsn.address(), "postgresql://ana@[::1]:6543/work");
}

TEST(Dsn, Keywords) {
    const Dsn dsn = parse_dsn(R"(host=db  user='a b' password='it\'s' dbname=d sslmode=verify-full)").value();
    EXPECT_EQ(dsn.user, "a b");
    EXPECT_EQ(dsn.password.reveal(), "it's");
    EXPECT_EQ(dsn.database, "d");
    EXPECT_EQ(dsn.tls, TlsMode::kVerify);
}

TEST(Dsn, WrongOnesNeverShowThePassword) {
    for (const char* text :
         {"nonsense", "host=db", "postgresql://ana:secret@db/d?sslmode=perhaps", "user=ana secret"}) {
        const auto dsn = parse_dsn(text);
        ASSERT_FALSE(dsn.has_value()) << text;
        EXPECT_EQ(dsn.error().message.find("secret"), std::string::npos);
    }
}

TEST(Dsn, ShownWithoutItsPassword) {
    EXPECT_EQ(without_password("postgresql://ana:s3@db:1/d"), "postgresql://ana:***@db:1/d");
    EXPECT_EQ(without_password("postgresql://ana@db/d"), "postgresql://ana@db/d");
    EXPECT_EQ(without_password("host=db password=s3 user=ana"), "host=db password=*** user=ana");
    EXPECT_EQ(without_password("host=db password='s 3' user=ana"), "host=db password=*** user=ana");
    EXPECT_EQ(without_password("postgresql://db/d?user=ana&password=s3"), "postgresql://db/d?user=ana&password=***");
}

}  // namespace
}  // namespace smew::load
