#include "net/address_places.hpp"

namespace smew::net {

std::unique_ptr<AddressPlaces::Place> AddressPlaces::take(const std::string& address) {
    {
        const std::lock_guard lock(mutex_);
        std::size_t& taken = taken_[address];
        if (taken >= limit_) return nullptr;
        ++taken;
    }
    return std::make_unique<Place>(shared_from_this(), address);
}

void AddressPlaces::leave(const std::string& address) {
    const std::lock_guard lock(mutex_);
    const auto found = taken_.find(address);
    if (--found->second == 0) taken_.erase(found);
}

}  // namespace smew::net
