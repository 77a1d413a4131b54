#pragma once
// The instance's secret that verifiers of unknown users are made of. Made at its first use.

#include "catalog/store.hpp"
#include "core/secret.hpp"

namespace smew::catalog {

Secret mock_secret(Store& store);

}  // namespace smew::catalog
