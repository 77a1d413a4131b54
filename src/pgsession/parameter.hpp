#pragma once
// The values of a Bind message, as the engine takes them. Texts are only checked: the engine reads them.

#include "engine/engine.hpp"
#include "pgproto/frontend.hpp"

#include <cstdint>
#include <deque>
#include <string>

namespace smew::pgsession {

// Texts that were made while decoding, which values point into; a deque keeps them in place.
using OwnedTexts = std::deque<std::string>;

// `type`: the parameter's OID. Views in the value point into `bytes` or into `owned`. `number` counts from 1, for
// errors (0: it is no parameter but a field of COPY): 22021 for bad text, 22P03 for bad binary forms, 42883 for a type that has no binary form here.
Result<engine::ParameterValue> decode_parameter(std::uint32_t type, pgproto::Format format, ByteSpan bytes,
                                                std::size_t number, OwnedTexts& owned);

// ---- its parts
Result<engine::ParameterValue> decode_binary_parameter(std::uint32_t type, ByteSpan bytes, std::size_t number,
                                                       OwnedTexts& owned);
Result<engine::ParameterValue> decode_array_binary(std::uint32_t element_type, ByteSpan bytes, std::size_t number,
                                                   OwnedTexts& owned);

}  // namespace smew::pgsession
