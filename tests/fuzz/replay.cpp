// Runs a fuzz target over the files of a folder, over every prefix of each, and over each with every byte changed.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

Input read(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// From a copy of exactly that size, so that a sanitizer sees one byte too far.
void run(Input input) {
    input.shrink_to_fit();
    LLVMFuzzerTestOneInput(input.data(), input.size());
}

std::size_t replay(const Input& seed) {
    run(seed);
    for (std::size_t length = 0; length < seed.size(); ++length) {
        run({seed.begin(), seed.begin() + static_cast<std::ptrdiff_t>(length)});
    }
    for (std::size_t at = 0; at < seed.size(); ++at) {
        for (const int change : {0x01, 0x80, 0xFF}) {
            Input changed = seed;
            changed[at] = static_cast<std::uint8_t>(changed[at] ^ change);
            run(std::move(changed));
        }
    }
    return 1 + 4 * seed.size();
}

}  // namespace

int main(int count, char** arguments) {
    std::size_t files = 0, runs = 0;
    if (count == 2) {
        for (const auto& file : std::filesystem::directory_iterator(arguments[1])) {
            runs += replay(read(file.path()));
            ++files;
        }
    }
    std::printf("%zu files, %zu runs\n", files, runs);
    return files == 0 ? 1 : 0;
}
