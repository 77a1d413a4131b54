#pragma once
// SHA-256 of what arrives in pieces. (auth/ hashes whole texts.)

#include "core/bytes.hpp"

#include <boost/hash2/sha2.hpp>

#include <string>

namespace smew::http {

class Sha256 {
public:
    void update(ByteSpan piece) { hash_.update(piece.data(), piece.size()); }
    std::string hex() { return to_string(hash_.result()); }  // once

private:
    boost::hash2::sha2_256 hash_;
};

}  // namespace smew::http
