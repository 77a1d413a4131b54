#pragma once
// A DSN: where a project's reports go and the key that lets them in.
// {protocol}://{public key}[:{secret}]@{host}[:port][/path]/{project}

#include "core/error.hpp"

#include <string>
#include <string_view>

namespace smew::sentry {

struct Dsn {
    std::string protocol, public_key, host, path, project;  // host with port; path without a slash at its end
    std::string org_id;                                     // of a host like o123.ingest.sentry.io, else empty

    std::string envelope_url() const;
};

// 22023 with what is wrong; the message does not repeat the key.
Result<Dsn> parse_dsn(std::string_view text);

}  // namespace smew::sentry
