#include "pgsession/turns.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

namespace smew::pgsession {
namespace {

constexpr std::chrono::milliseconds kAskEvery{20};  // whether to stop

}  // namespace

void Turns::set_limit(std::uint32_t own, std::uint32_t lent, std::uint32_t order) {
    std::uint64_t word = state_.load();
    while (!state_.compare_exchange_weak(word, pack({std::min(own, lent), unpack(word).taken}))) {
    }
    lent_too_few_ = lent < own;
    order_ = order;  // after the limit: see use()
    hand_out();
    if (waiting_ > 0) tell_of_shortage();
}

link::TurnsUsed Turns::use() {
    // First forgotten, then looked at: who begins to wait in between tells of it once too often, not never.
    told_ = false;
    // First the order, then what is taken: from here on nobody takes a turn by an order that was before it.
    link::TurnsUsed used{.order = order_};
    used.taken = taken();
    used.waiting = waiting_.load();
    if (used.waiting > 0) told_ = true;
    return used;
}

bool Turns::try_take() {
    std::uint64_t word = state_.load();
    for (;;) {
        const State state = unpack(word);
        if (state.taken >= state.limit) return false;
        if (state_.compare_exchange_weak(word, pack({state.limit, state.taken + 1}))) return true;
    }
}

bool Turns::take(Ticket& ticket) {
    if (ticket.held()) return true;
    // Nobody overtakes those who wait.
    if (waiting_.load() != 0 || !try_take()) return false;
    ticket.held_ = true;
    return true;
}

bool Turns::queue(Ticket& ticket) {
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
    if (take(ticket)) return true;
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
    const State before = unpack(state_.fetch_sub(1));
    if (waiting_.load() != 0) hand_out();
    // Free for others as soon as it is known.
    if (before.taken > before.limit && on_use) on_use();
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
    if (lent_too_few_.load() && !told_.exchange(true) && on_use) on_use();
}

}  // namespace smew::pgsession
