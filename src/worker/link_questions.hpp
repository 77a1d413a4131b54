#pragma once
// Questions the worker asks the gateway over the link, and the threads that wait for their answers.

#include "link/channel.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <unordered_map>

namespace smew::worker {

// Any thread may ask; several questions may be under way. The thread that reads the link gives the answers in.
class LinkQuestions {
public:
    // `channel` outlives it. `timeout`: for one question.
    LinkQuestions(link::Channel& channel, std::chrono::milliseconds timeout) : channel_(channel), timeout_(timeout) {}

    // Sends what `question` makes of the request's number and waits. Error 58000 when no answer comes.
    template <class Answer>
    Result<Answer> ask(const std::function<link::Message(std::uint64_t request)>& question) {
        auto answer = ask_any(question);
        if (!answer) return answer.error();
        return std::get<Answer>(*std::move(answer));
    }
    void answer(std::uint64_t request, link::Message answer);
    // The gateway is gone: every question fails, now and later.
    void close();

private:
    struct Question {
        bool answered = false;
        link::Message answer;
    };

    Result<link::Message> ask_any(const std::function<link::Message(std::uint64_t)>& question);

    link::Channel& channel_;
    const std::chrono::milliseconds timeout_;

    std::mutex mutex_;  // guards all below
    std::condition_variable answered_;
    std::unordered_map<std::uint64_t, Question*> questions_;  // on the stacks of those who wait
    std::uint64_t next_request_ = 1;
    bool closed_ = false;
};

}  // namespace smew::worker
