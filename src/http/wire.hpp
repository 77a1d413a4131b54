#pragma once
// Between Beast's messages and ours.

#include "http/dispatch.hpp"

#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>

#include <string>

namespace smew::http::wire {

using Parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;
using Reply = boost::beast::http::response<boost::beast::http::buffer_body>;

// The request's id is X-Request-ID when that is sane, else a fresh one.
struct Peer {
    std::string address;
    std::uint16_t port = 0;
    std::string network;  // what counts as one client (net/address.hpp)
};
Head head_of(const Parser& parser, const Peer& client);

bool expects_continue(const Parser& parser);
// An Expect that is not known: 417.
bool expects_more(const Parser& parser);

struct ReplyTerms {
    unsigned version = 11;
    bool keep_alive = true;
    std::optional<std::uint64_t> size;  // of the body, also when HEAD leaves it out; nullopt: nobody knows
};
Reply reply_of(const Response& response, const std::string& request_id, const ReplyTerms& terms);

// What a parser's error means to the peer; nullopt when the peer is gone and nobody is left to be told.
std::optional<Response> complaint(const boost::system::error_code& error, const std::string& request_id);

}  // namespace smew::http::wire
