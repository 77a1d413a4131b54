#include "pgsession/turns.hpp"

#include <algorithm>
#include <chrono>

namespace smew::pgsession {
namespace {

constexpr std::chrono::milliseconds kAskEvery{20};  // whether to stop

}  // namespace

void Turns::set_limit(std::uint32_t own, std::uint32_t allowed) {
    limit_ = std::min(own, allowed);
    short_of_turns_ = allowed < own;
    told_ = false;
    over_ = taken_ > limit_;
    hand_out();
    if (waiting_ > 0) tell_of_shortage();
}

std::uint32_t Turns::in_force() const {
    return std::max(limit_.load(), taken_.load());
}

bool Turns::try_take() {
    std::uint32_t taken = taken_.load();
    while (taken < limit_.load()) {
        if (taken_.compare_exchange_weak(taken, taken + 1)) return true;
    }
    return false;
}

bool Turns::take(Ticket& ticket) {
    if (ticket.held()) return true;
    if (waiting_.load() == 0 && try_take()) {
        ticket.held_ = true;
        return true;
    }
    Lock lock(mutex_);
    return take_or_queue(lock, ticket);
}

bool Turns::take_or_queue(Lock& lock, Ticket& ticket) {
    // First this, then another look: who gives a turn back does it in the other order.
    waiting_.fetch_add(1);
    if (queue_.empty() && try_take()) {
        waiting_.fetch_sub(1);
        ticket.held_ = true;
        return true;
    }
    queue_.push_back(&ticket);
    lock.unlock();
    tell_of_shortage();
    return false;
}

bool Turns::wait(Ticket& ticket, const std::function<bool()>& stop) {
    if (ticket.held()) return true;
    Lock lock(mutex_);
    ticket.in_thread_ = true;
    if (take_or_queue(lock, ticket)) {
        ticket.in_thread_ = false;
        return true;
    }
    lock.lock();
    while (!handed_out_.wait_for(lock, kAskEvery, [&] { return ticket.held(); })) {
        lock.unlock();
        const bool left = stop() && leave(ticket);
        lock.lock();
        if (left) break;
    }
    ticket.in_thread_ = false;
    return ticket.held();
}

void Turns::give_back(Ticket& ticket) {
    if (!ticket.held()) return;
    ticket.held_ = false;
    const std::uint32_t left = taken_.fetch_sub(1) - 1;
    if (waiting_.load() != 0) hand_out();
    if (over_.load() && left <= limit_.load() && over_.exchange(false) && on_settled) on_settled();
}

bool Turns::leave(Ticket& ticket) {
    const Lock lock(mutex_);
    const auto found = std::ranges::find(queue_, &ticket);
    if (found == queue_.end()) return false;
    queue_.erase(found);
    waiting_.fetch_sub(1);
    return true;
}

void Turns::hand_out() {
    // Called without the lock: whoever is called may hold locks under which it asks for turns. The tickets may be gone
    // by then, so that what they are called by is copied.
    std::vector<std::function<void()>> calls;
    {
        const Lock lock(mutex_);
        while (!queue_.empty() && try_take()) {
            Ticket& next = *queue_.front();
            queue_.pop_front();
            waiting_.fetch_sub(1);
            if (!next.in_thread_) calls.push_back(next.on_turn);
            next.held_ = true;
        }
        handed_out_.notify_all();
    }
    for (const auto& call : calls) call();
}

void Turns::tell_of_shortage() {
    if (short_of_turns_.load() && !told_.exchange(true) && on_shortage) on_shortage();
}

}  // namespace smew::pgsession
