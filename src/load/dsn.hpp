#pragma once
// Where a PostgreSQL server is and who logs in, as libpq's users write it. Source: PostgreSQL 15 documentation, 34.1.1.

#include "core/error.hpp"
#include "core/secret.hpp"

#include <map>
#include <string>
#include <string_view>

namespace smew::load {

// "disable", "prefer" (the default), "require", "verify-full" of libpq. Only kVerify looks at the certificate.
enum class TlsMode { kDisable, kPrefer, kRequire, kVerify };

struct Dsn {
    std::string host = "127.0.0.1", port = "5432", user, database;
    Secret password;
    TlsMode tls = TlsMode::kPrefer;
    std::string root_certificate;                   // file; empty: the system's
    std::map<std::string, std::string> parameters;  // further ones of the startup packet: application_name, options

    // "postgresql://user@host:5432/database", without the password.
    std::string address() const;
};

// "postgresql://user:password@host:5432/database?sslmode=require" or "host=… port=… dbname=… user=… password=…".
// What is missing comes from PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE. Error 22023 says what is wrong
// and never repeats the password.
Result<Dsn> parse_dsn(std::string_view text);

// The DSN with its password replaced by "***": for reports and for the list of processes.
std::string without_password(std::string_view dsn);

}  // namespace smew::load
