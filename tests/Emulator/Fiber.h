// A stack of its own for each GPU thread. A switch is a dozen instructions on x86-64 and ucontext elsewhere.
#pragma once
#include <cstddef>

namespace emulator {

class Fiber {
public:
    static constexpr size_t StackBytes = 128 * 1024;

    // `entry` runs at the first resume, and must not return but leave by suspend.
    void start(void (*entry)());
    // Runs the fiber until it suspends.
    void resume();
    // From inside: back to who resumed.
    void suspend();
    // Whether the stack's last bytes are untouched.
    bool is_stack_whole() const;

    Fiber();
    ~Fiber();
    Fiber(const Fiber&) = delete;
    Fiber& operator=(const Fiber&) = delete;

private:
    unsigned char* stack_;
    void* inside_ = nullptr;
    void* outside_ = nullptr;
};

}
