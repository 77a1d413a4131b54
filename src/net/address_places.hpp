#pragma once
// How many connections one client address may have, before and after login. Thread-safe.

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace smew::net {

class AddressPlaces : public std::enable_shared_from_this<AddressPlaces> {
public:
    explicit AddressPlaces(std::size_t limit) : limit_(limit) {}

    // Given back when destroyed. Keeps the counters alive, so it may outlive the front.
    class Place {
    public:
        Place(std::shared_ptr<AddressPlaces> places, std::string address)
            : places_(std::move(places)), address_(std::move(address)) {}
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        ~Place() { places_->leave(address_); }

    private:
        std::shared_ptr<AddressPlaces> places_;
        std::string address_;
    };

    // Null when all places of the address are taken.
    std::unique_ptr<Place> take(const std::string& address);

private:
    void leave(const std::string& address);

    const std::size_t limit_;
    std::mutex mutex_;
    std::unordered_map<std::string, std::size_t> taken_;
};

}  // namespace smew::net
