#pragma once
// What scans much gives way to what is short, also across workspaces: threads that run large plans ask the kernel for
// less, so that a thread that wakes for a short statement runs at once and not when their turn is over. On an otherwise
// idle machine they lose nothing. Internal to engine/.

namespace smew::engine {

// Of the calling thread, for good.
void give_way();

// Of the calling thread while it lives. Does nothing where the process may not take its priority back (RLIMIT_NICE).
class Courtesy {
public:
    explicit Courtesy(bool large);
    ~Courtesy();
    Courtesy(const Courtesy&) = delete;
    Courtesy& operator=(const Courtesy&) = delete;

private:
    const bool gives_way_;
};

}  // namespace smew::engine
