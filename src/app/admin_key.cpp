#include "app/admin_key.hpp"

#include "auth/api_key.hpp"
#include "auth/scram.hpp"
#include "core/random.hpp"
#include "telemetry/log.hpp"

#include <fstream>

namespace smew::app {
namespace {

constexpr std::string_view kHashName = "admin_key_hash";
constexpr std::string_view kFileName = "admin.key";
constexpr std::size_t kRandomCharacters = 43;  // 258 bits
constexpr std::size_t kShortKey = 16;

std::string made_key(catalog::Store& store, const DataDir& data_dir) {
    const Secret key("smew_admin_" + random_token(kRandomCharacters));
    std::string hash = auth::sha256_hex(key.reveal());
    // The file first: a crash in between makes a new key at the next start, never one that nobody knows.
    data_dir.write_private(kFileName, std::string(key.reveal()) + "\n");
    store.set_instance_value(kHashName, hash);
    // The one place where a secret is logged: its owner has to learn it somewhere.
    log::warning("admin_key_generated",
                 {{"admin_key", key.reveal()}, {"file", (data_dir.path() / kFileName).string()}});
    return hash;
}

// The key in admin.key, if it still is the one that holds.
Secret kept_key(catalog::Store& store, const DataDir& data_dir) {
    std::ifstream file(data_dir.path() / kFileName);
    std::string line;
    std::getline(file, line);
    Secret key(std::move(line));
    return store.instance_value(kHashName) == auth::sha256_hex(key.reveal()) ? key : Secret();
}

}  // namespace

std::string admin_verifier(const Secret& configured, catalog::Store& store, const DataDir& data_dir) {
    const Secret key = configured.empty() ? kept_key(store, data_dir) : configured;
    return key.empty() ? std::string() : auth::ScramVerifier::from_password(key).to_text();
}

std::string admin_key_hash(const Secret& configured, catalog::Store& store, const DataDir& data_dir) {
    if (!configured.empty()) {
        if (configured.reveal().size() < kShortKey) {
            log::warning("admin_key_short", {{"hint", "use at least 16 random characters"}});
        }
        return auth::sha256_hex(configured.reveal());
    }
    const std::optional<std::string> kept = store.instance_value(kHashName);
    return kept ? *kept : made_key(store, data_dir);
}

}  // namespace smew::app
