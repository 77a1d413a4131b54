#pragma once
// One connection from its acceptance to its hand-over or end. Belongs to its socket's strand.

#include "net/address_places.hpp"
#include "pgfront/client_stream.hpp"
#include "pgfront/frame_input.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace smew::pgfront {

struct Client {
    Client(boost::asio::ip::tcp::socket socket, const boost::asio::ip::tcp::endpoint& peer,
           std::unique_ptr<net::AddressPlaces::Place> its_place);

    std::string address;     // without the port
    std::uint16_t port = 0;  // the peer's
    std::string network;     // what counts as one client: see net::client_network
    std::unique_ptr<net::AddressPlaces::Place> place;
    ClientStream stream;
    FrameInput input{stream};
};

}  // namespace smew::pgfront
