#pragma once
// One line about a run under way, on stderr: rewritten each second on a terminal, a line each ten seconds elsewhere.

#include "load/stage_run.hpp"

namespace smew::load {

class Progress {
public:
    enum class Form { kNone, kLines, kLive };
    explicit Progress(Form form) : form_(form) {}
    // kLive on a terminal.
    static Form natural_form();

    void show(const Glance& glance);
    // Before anything else is printed.
    void end();

private:
    Form form_;
    int seconds_ = 0;
    std::size_t shown_ = 0;  // characters of the live line
};

}  // namespace smew::load
