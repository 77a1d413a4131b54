#include "pgfront/client.hpp"

#include "net/address.hpp"

namespace smew::pgfront {

Client::Client(boost::asio::ip::tcp::socket socket, const boost::asio::ip::tcp::endpoint& peer,
               std::unique_ptr<net::AddressPlaces::Place> its_place)
    : address(net::host_text(peer)),
      port(peer.port()),
      network(net::client_network(peer)),
      place(std::move(its_place)),
      stream(std::move(socket)) {}

}  // namespace smew::pgfront
