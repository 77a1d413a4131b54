#pragma once
// `smew serve --demo`: a sample project to look around in, without a client that loads anything. Made once through the
// same loader and publication as any other load; kept from then on.

#include "catalog/store.hpp"
#include "config/settings.hpp"
#include "fleet/fleet.hpp"
#include "storage/versions.hpp"

#include <string>

namespace smew::app {

struct DemoParts {
    const config::Settings& settings;
    const storage::Layout& layout;
    catalog::Store& store;
    storage::Versions& versions;
    fleet::Fleet& fleet;
    const Clock& clock;
};

// Makes project "demo" with in_c_sales.customers (50,000 rows) and in_c_sales.orders (1,000,000) unless they are there,
// and a workspace, which gets a new password at each start since the old one is known to nobody. Returns the
// workspace's connection for psql: "host=… port=… dbname=… user=… password=…". Throws ErrorException when a part fails.
std::string prepare_demo(const DemoParts& parts, const std::string& pg_address);

}  // namespace smew::app
