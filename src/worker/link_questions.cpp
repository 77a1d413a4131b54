#include "worker/link_questions.hpp"

namespace smew::worker {
namespace {

Error no_answer(const char* why) {
    return {sqlstate::kSystemError, "cannot look up the project's tables", why, "Try again."};
}

}  // namespace

Result<link::Message> LinkQuestions::ask_any(const std::function<link::Message(std::uint64_t)>& make) {
    std::unique_lock lock(mutex_);
    if (closed_) return no_answer("the gateway is gone");
    Question question;
    const std::uint64_t request = next_request_++;
    questions_.emplace(request, &question);
    lock.unlock();
    const Result<void> sent = channel_.send(make(request));
    lock.lock();
    const auto over = [&] { return question.answered || closed_; };
    const bool in_time = sent.has_value() && answered_.wait_for(lock, timeout_, over);
    questions_.erase(request);
    if (question.answered) return std::move(question.answer);
    return no_answer(in_time || !sent ? "the gateway is gone" : "the gateway did not answer in time");
}

void LinkQuestions::answer(std::uint64_t request, link::Message answer) {
    {
        const std::lock_guard lock(mutex_);
        const auto found = questions_.find(request);
        if (found == questions_.end()) return;  // it was given up
        found->second->answer = std::move(answer);
        found->second->answered = true;
    }
    answered_.notify_all();
}

void LinkQuestions::close() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    answered_.notify_all();
}

}  // namespace smew::worker
