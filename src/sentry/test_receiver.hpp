#pragma once
// A receiver of envelopes for tests: of this room and of those that report through it.

#include "outbox/post.hpp"
#include "sentry/options.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>
#include <zlib.h>

namespace smew::sentry {

inline std::string gunzip(const std::string& packed) {
    z_stream stream{};
    inflateInit2(&stream, 15 + 16);
    std::string out(packed.size() * 200 + 10'000, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    inflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    inflateEnd(&stream);
    return out;
}

struct Item {
    std::string type;
    boost::json::value payload;
};

// Answers as it is told to and keeps what it was sent, item by item. Holds every envelope against the grammar.
class Receiver {
public:
    outbox::PostReply take(const outbox::PostRequest& request) {
        std::unique_lock lock(mutex_);
        if (hanging_) released_.wait(lock, [this] { return !hanging_; });
        if (reply_.status == 0) return reply_;
        raw_ += gunzip(request.body);
        read(gunzip(request.body));
        changed_.notify_all();
        return reply_;
    }
    void answer(outbox::PostReply reply) {
        const std::lock_guard lock(mutex_);
        reply_ = std::move(reply);
    }
    void hang(bool hanging) {
        const std::lock_guard lock(mutex_);
        hanging_ = hanging;
        released_.notify_all();
    }
    std::vector<boost::json::value> wait_for(std::string_view type, std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::seconds(30), [&] { return of(type).size() >= count; });
        return of(type);
    }
    std::vector<boost::json::value> all(std::string_view type) {
        const std::lock_guard lock(mutex_);
        return of(type);
    }
    std::string raw() {
        const std::lock_guard lock(mutex_);
        return raw_;
    }

private:
    std::vector<boost::json::value> of(std::string_view type) const {
        std::vector<boost::json::value> found;
        for (const Item& item : items_) {
            if (item.type == type) found.push_back(item.payload);
        }
        return found;
    }
    void read(const std::string& text) {
        std::size_t at = text.find('\n') + 1;
        EXPECT_TRUE(boost::json::parse(text.substr(0, at)).at("sent_at").is_string());
        while (at < text.size()) {
            const std::size_t end = text.find('\n', at);
            const boost::json::value header = boost::json::parse(text.substr(at, end - at));
            const auto length = header.at("length").to_number<std::size_t>();
            EXPECT_EQ(text.at(end + 1 + length), '\n');
            items_.push_back(
                {std::string(header.at("type").as_string()), boost::json::parse(text.substr(end + 1, length))});
            at = end + 1 + length + 1;
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_, released_;
    outbox::PostReply reply_{.status = 200};
    bool hanging_ = false;
    std::string raw_;
    std::vector<Item> items_;
};

// Of a client whose envelopes it gets.
inline Options test_options(Receiver& receiver, const std::filesystem::path& spool) {
    return {.dsn = parse_dsn("http://key@localhost/1").value(),
            .identity = {.release = "smew@1", .environment = "test", .server_name = "here", .version = "1"},
            .spool_directory = spool,
            .shutdown_timeout = std::chrono::seconds(30),
            .post = [&receiver](const outbox::PostRequest& request) { return receiver.take(request); }};
}

}  // namespace smew::sentry
