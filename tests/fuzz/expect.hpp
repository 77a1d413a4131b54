#pragma once
// Ends the program when a property does not hold: what a fuzzer notices, in builds of every kind.

#include <cstdlib>

namespace smew::fuzz {

inline void expect(bool holds) {
    if (!holds) std::abort();
}

}  // namespace smew::fuzz
