#include "sentry/envelope.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace smew::sentry {

namespace json = boost::json;

void Envelope::set_event(const std::string& id, const tracing::Pairs& sampling_context) {
    header_["event_id"] = id;
    if (sampling_context.empty()) return;
    json::object trace;
    for (const auto& [name, value] : sampling_context) trace[name] = value;
    header_["trace"] = std::move(trace);
}

void Envelope::add_item(std::string_view type, const json::value& payload) {
    const std::string text = json::serialize(payload);
    json::object header{{"type", type}, {"length", text.size()}};
    // By which a receiver tells how to read a profile; of other items the payload says it.
    if (type == "profile_chunk") header["platform"] = "native";
    items_ += json::serialize(header) + "\n" + text + "\n";
}

std::string Envelope::text(WallTime sent_at) const {
    json::object header = header_;
    header["sent_at"] = to_iso8601(sent_at);
    return json::serialize(header) + "\n" + items_;
}

std::string Envelope::stored() const {
    const json::object about{{"category", static_cast<int>(category)}, {"spans", spans}};
    return json::serialize(about) + "\n" + json::serialize(header_) + "\n" + items_;
}

std::optional<Envelope> Envelope::restored(std::string_view text) {
    const std::size_t first = text.find('\n');
    const std::size_t second = first == std::string_view::npos ? first : text.find('\n', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    boost::system::error_code failed;
    const json::value about = json::parse(text.substr(0, first), failed);
    if (failed || !about.is_object()) return std::nullopt;
    const json::value header = json::parse(text.substr(first + 1, second - first - 1), failed);
    const auto* category = about.get_object().if_contains("category");
    if (failed || !header.is_object() || category == nullptr || !category->is_int64()) return std::nullopt;
    if (category->get_int64() < 0 || category->get_int64() >= static_cast<std::int64_t>(kCategories))
        return std::nullopt;
    Envelope envelope(static_cast<Category>(category->get_int64()));
    envelope.header_ = header.get_object();
    envelope.items_ = text.substr(second + 1);
    return envelope;
}

}  // namespace smew::sentry
