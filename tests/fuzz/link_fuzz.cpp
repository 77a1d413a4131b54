// Frames of the link between gateway and worker: what is decoded encodes to something that decodes to the same bytes.

#include "expect.hpp"
#include "link/messages.hpp"

using namespace smew;

namespace {

void check_round_trip(const link::Message& message) {
    std::vector<std::uint8_t> first;
    link::encode(first, message);
    ByteSpan rest(first);
    const auto again = link::decode(rest);
    fuzz::expect(again && again->has_value() && rest.empty());
    std::vector<std::uint8_t> second;
    link::encode(second, **again);
    fuzz::expect(first == second);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ByteSpan input(data, size);
    for (;;) {
        const std::size_t before = input.size();
        const auto decoded = link::decode(input);
        if (!decoded) return 0;
        if (!decoded->has_value()) {
            fuzz::expect(input.size() == before);
            return 0;
        }
        fuzz::expect(input.size() < before);
        check_round_trip(**decoded);
    }
}
