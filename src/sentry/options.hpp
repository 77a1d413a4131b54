#pragma once
// How the client is to behave, as the settings say.

#include "config/settings.hpp"
#include "outbox/post.hpp"
#include "sentry/dsn.hpp"
#include "sentry/event.hpp"
#include "sentry/render.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace smew::sentry {

struct Options {
    Dsn dsn;
    Identity identity;
    double error_sample_rate = 1;
    bool development = false;  // connection errors are everyday then
    std::vector<std::string> ignored_sqlstates, ignored_errors;
    std::size_t queue_errors = 100, queue_transactions = 1000;
    std::filesystem::path spool_directory;
    std::uint64_t spool_bytes = 20'000'000;
    std::chrono::milliseconds shutdown_timeout{2000}, request_timeout{10'000};
    // The pause after a failed attempt doubles from the first to the longest.
    std::chrono::milliseconds first_retry{1000}, longest_retry{300'000};
    // The last word about an error: false drops it, and so does an exception.
    std::function<bool(Event&)> before_send;
    // How a request is made; over the network but in tests.
    std::function<outbox::PostReply(const outbox::PostRequest&)> post;
};

// Throws ErrorException (22023) when the DSN is none. `data_dir`: where the spool goes.
Options options_of(const config::Settings& settings, const std::string& version, const std::filesystem::path& data_dir);

// This server's name among others.
std::string instance_name(const config::Settings& settings);

// 0.1 in production, else 1, unless a rate is set.
double traces_sample_rate(const config::Settings& settings);
double profiles_sample_rate(const config::Settings& settings);

// Why an error is not reported; empty: it is.
std::string_view reason_to_ignore(const Event& event, const Options& options);

}  // namespace smew::sentry
