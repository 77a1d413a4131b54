#include "sentry/options.hpp"

#include <gtest/gtest.h>

namespace smew::sentry {
namespace {

config::Settings in(std::string environment) {
    config::Settings settings;
    settings.sentry_dsn = Secret("https://key@o7.ingest.example.com/42");
    settings.environment = std::move(environment);
    return settings;
}

TEST(SentryOptions, TracesAndProfilesAreTenPercentInProductionAndAllElsewhere) {
    for (const auto rate : {traces_sample_rate, profiles_sample_rate}) {
        EXPECT_EQ(rate(in("production")), 0.1);
        EXPECT_EQ(rate(in("development")), 1.0);
        EXPECT_EQ(rate(in("staging")), 1.0);
    }
    config::Settings chosen = in("production");
    chosen.sentry_traces_sample_rate = 0.25;
    chosen.sentry_profiles_sample_rate = 0;
    EXPECT_EQ(traces_sample_rate(chosen), 0.25);
    EXPECT_EQ(profiles_sample_rate(chosen), 0);
}

TEST(SentryOptions, TheRestIsSampledAsTheSeedSays) {
    const config::Settings settings;
    EXPECT_EQ(settings.sentry_health_sample_rate, 0.01);
    EXPECT_EQ(settings.sentry_websocket_sample_rate, 0.5);
    EXPECT_EQ(settings.sentry_api_sample_rate, 0.2);
    EXPECT_EQ(settings.sentry_error_sample_rate, 1);
    EXPECT_FALSE(settings.sentry_send_default_pii);
}

TEST(SentryOptions, ReleaseAndEnvironmentAreNamesThatSentryTakes) {
    config::Settings settings = in("eu/west");
    settings.sentry_release_name = "pam-backend";
    settings.alert_instance = "node-1";
    const Options options = options_of(settings, "1.2.3", "/data");
    EXPECT_EQ(options.identity.release, "pam-backend@1.2.3");
    EXPECT_EQ(options.identity.environment, "eu-west");
    EXPECT_EQ(options.identity.server_name, "node-1");
    EXPECT_EQ(options.spool_directory, "/data/sentry");
    EXPECT_EQ(options.dsn.org_id, "7");
    EXPECT_FALSE(options.development);
    EXPECT_TRUE(options_of(in("development"), "1", "/data").development);
}

}  // namespace
}  // namespace smew::sentry
