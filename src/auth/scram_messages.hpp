#pragma once
// The texts of SCRAM taken apart (RFC 5802, section 7). Views point into the message. For this room only.

#include "core/error.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace smew::auth {

enum class BindingFlag { kNone, kClientThinksServerHasNone, kServerEndPoint };  // n, y, p=tls-server-end-point

struct ClientFirst {
    BindingFlag binding = BindingFlag::kNone;
    std::string_view gs2_header;  // with both commas: "n,,"
    std::string_view bare;        // what follows it
    std::string_view nonce;
};
Result<ClientFirst> parse_client_first(std::string_view message);

struct ClientFinal {
    std::string_view without_proof;
    std::vector<std::uint8_t> channel_binding;  // decoded: the GS2 header and the binding's data
    std::string_view nonce;
    std::vector<std::uint8_t> proof;  // 32 bytes
};
Result<ClientFinal> parse_client_final(std::string_view message);

struct ServerFirst {
    std::string_view nonce;
    std::vector<std::uint8_t> salt;
    int iterations = 0;
};
Result<ServerFirst> parse_server_first(std::string_view message);

// The signature inside "v=…"; 28P01 for "e=…".
Result<std::vector<std::uint8_t>> parse_server_final(std::string_view message);

// A decimal number without sign, from 1 to 10,000,000; 0 for anything else. A larger count would only burn time.
int parse_iterations(std::string_view text);

// The one answer to every login that is not right.
Error authentication_failed();

}  // namespace smew::auth
