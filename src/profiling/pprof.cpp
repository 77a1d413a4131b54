#include "profiling/pprof.hpp"

#include "outbox/gzip.hpp"
#include "outbox/protobuf.hpp"
#include "stacks/symbols.hpp"

#include <unordered_map>

namespace smew::profiling {
namespace {

using outbox::Message;

// The profile as it grows. Tables are numbered from 1, but texts, whose number 0 is the empty one.
class Encoder {
public:
    explicit Encoder(const stacks::CpuProfile& profile) : profile_(profile), period_ns_(1'000'000'000 / profile.hertz) {
        (void)text("");
    }

    std::string encode() {
        out_.message(1, value_type("samples", "count"));
        out_.message(1, value_type("cpu", "nanoseconds"));
        for (const stacks::Module& module : profile_.modules) add_mapping(module);
        for (const auto& [key, count] : profile_.counts) add_sample(key, count);
        out_.number(9, static_cast<std::uint64_t>(std::chrono::nanoseconds(profile_.begin.time_since_epoch()).count()));
        out_.number(10, static_cast<std::uint64_t>(std::chrono::nanoseconds(profile_.duration).count()));
        out_.message(11, value_type("cpu", "nanoseconds"));
        out_.number(12, period_ns_);
        if (profile_.dropped > 0)
            out_.number(13, text(std::to_string(profile_.dropped) + " samples found no room and are missing"));
        // Last: by now all of them are known.
        for (const std::string& entry : texts_) out_.text(6, entry);
        return out_.bytes();
    }

private:
    std::uint64_t text(const std::string& value) {
        const auto [found, is_new] = text_numbers_.try_emplace(value, texts_.size());
        if (is_new) texts_.push_back(value);
        return found->second;
    }

    Message value_type(const std::string& type, const std::string& unit) {
        Message out;
        out.number(1, text(type));
        out.number(2, text(unit));
        return out;
    }

    void add_mapping(const stacks::Module& module) {
        Message out;
        out.number(1, ++mappings_);
        out.number(2, module.base);
        out.number(3, module.base + module.size);
        out.number(5, text(module.path));
        out.number(6, text(module.build_id));
        for (const std::uint32_t has : {7U, 8U, 9U, 10U})
            out.number(has, 1);  // functions, files, lines, inlined frames
        out_.message(3, out);
    }

    void add_sample(const stacks::CpuProfile::Key& key, std::uint64_t count) {
        Message out;
        for (const std::uintptr_t address : key.second) out.number(1, location(address));
        out.number(2, count);
        out.number(2, count * period_ns_);
        Message thread;
        thread.number(1, text("thread"));
        thread.number(3, static_cast<std::uint64_t>(key.first));
        out.message(3, thread);
        out_.message(2, out);
    }

    std::uint64_t location(std::uintptr_t address) {
        const auto [found, is_new] = locations_.try_emplace(address, locations_.size() + 1);
        if (!is_new) return found->second;
        Message out;
        out.number(1, found->second);
        if (const std::uint64_t mapping = mapping_of(address); mapping != 0) out.number(2, mapping);
        out.number(3, address);
        for (const stacks::Frame& frame : stacks::symbolise({&address, 1}, profile_.modules)) {
            if (frame.function.empty()) continue;
            Message line;
            line.number(1, function(frame));
            if (frame.line > 0) line.number(2, static_cast<std::uint64_t>(frame.line));
            out.message(4, line);
        }
        out_.message(4, out);
        return found->second;
    }

    std::uint64_t function(const stacks::Frame& frame) {
        const auto [found, is_new] = functions_.try_emplace(frame.function + "\n" + frame.file, functions_.size() + 1);
        if (!is_new) return found->second;
        Message out;
        out.number(1, found->second);
        out.number(2, text(frame.function));
        out.number(3, text(frame.function));
        out.number(4, text(frame.file));
        out_.message(5, out);
        return found->second;
    }

    std::uint64_t mapping_of(std::uintptr_t address) const {
        for (std::size_t i = 0; i < profile_.modules.size(); ++i) {
            const stacks::Module& module = profile_.modules[i];
            if (address > module.base && address <= module.base + module.size) return i + 1;
        }
        return 0;
    }

    const stacks::CpuProfile& profile_;
    const std::uint64_t period_ns_;
    Message out_;
    std::vector<std::string> texts_;
    std::unordered_map<std::string, std::uint64_t> text_numbers_, functions_;
    std::unordered_map<std::uintptr_t, std::uint64_t> locations_;
    std::uint64_t mappings_ = 0;
};

}  // namespace

std::string pprof_of(const stacks::CpuProfile& profile) {
    return outbox::gzip(Encoder(profile).encode());
}

}  // namespace smew::profiling
