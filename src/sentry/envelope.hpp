#pragma once
// One request to the receiver: a header line and items, each a header line and a payload.
// Source: develop.sentry.dev, "Envelopes".

#include "core/clock.hpp"
#include "sentry/rate_limits.hpp"
#include "tracing/propagation.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace smew::sentry {

inline constexpr std::size_t kMaxItemBytes = 1 << 20;

class Envelope {
public:
    explicit Envelope(Category about) : category(about) {}

    // Of the items' event or transaction; required when there is one.
    void set_event(const std::string& id, const tracing::Pairs& sampling_context);
    void add_item(std::string_view type, const boost::json::value& payload);

    // As it is sent. When it is sent is written by then and no sooner.
    std::string text(WallTime sent_at) const;
    // As it is kept on disk, and back. nullopt: damaged.
    std::string stored() const;
    static std::optional<Envelope> restored(std::string_view text);

    Category category;
    std::uint64_t spans = 0;  // of a transaction

private:
    boost::json::object header_;
    std::string items_;
};

}  // namespace smew::sentry
