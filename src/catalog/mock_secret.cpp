#include "catalog/mock_secret.hpp"

#include "core/random.hpp"

namespace smew::catalog {
namespace {

constexpr std::string_view kName = "mock_secret";
constexpr std::size_t kCharacters = 43;

}  // namespace

Secret mock_secret(Store& store) {
    std::optional<std::string> secret = store.instance_value(kName);
    if (!secret) {
        secret = random_token(kCharacters);
        store.set_instance_value(kName, *secret);
    }
    return Secret(std::move(*secret));
}

}  // namespace smew::catalog
