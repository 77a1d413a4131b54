#pragma once
// The key of the instance's administrator: from the settings, or else the one made at the first start.

#include "app/data_dir.hpp"
#include "catalog/store.hpp"
#include "core/secret.hpp"

#include <string>

namespace smew::app {

// SHA-256 (hex) of the key that holds. Makes a key when there is none: logs it once, writes it to admin.key in the data
// directory and keeps its hash in the metadata store.
std::string admin_key_hash(const Secret& configured, catalog::Store& store, const DataDir& data_dir);

// The SCRAM verifier of that key, for the database smew_admin; empty when only the hash of the key is known: it was
// made by an older smew, and admin.key is gone. Behind admin_key_hash().
std::string admin_verifier(const Secret& configured, catalog::Store& store, const DataDir& data_dir);

}  // namespace smew::app
