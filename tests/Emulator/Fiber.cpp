#include "Fiber.h"
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>
#if !defined(__x86_64__) || defined(LINR_EMULATOR_UCONTEXT)
#define USE_UCONTEXT 1
#include <ucontext.h>
#endif

namespace emulator {

static const uint64_t StackMark = 0x5ac7ed0ff1ce5afeull;

Fiber::Fiber() {
    void* p = mmap(nullptr, StackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) {
        perror("emulator: no memory for a thread's stack");
        abort();
    }

    stack_ = (unsigned char*)p;
    *(uint64_t*)stack_ = StackMark;
}

bool Fiber::is_stack_whole() const { return *(const uint64_t*)stack_ == StackMark; }

#if !defined(USE_UCONTEXT)

// switch_stack(save, to): what a call preserves goes on this stack, then the other stack's is taken back.
// A jump, since a processor foretells that a return goes to the newest call.
extern "C" void linr_switch_stack(void** save, void* to);
asm(R"(
    .text
    .type linr_switch_stack, @function
linr_switch_stack:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    popq %rcx
    jmp *%rcx
    .size linr_switch_stack, .-linr_switch_stack
)");

Fiber::~Fiber() { munmap(stack_, StackBytes); }

void Fiber::start(void (*entry)()) {
    // Six saved registers, the entry to return to, and a return address that nobody uses: rsp is 8 past a multiple of
    // 16 at the entry, as after a call.
    uint64_t* top = (uint64_t*)(stack_ + StackBytes) - 8;
    for (int i = 0; i < 8; i++) top[i] = 0;
    top[6] = (uint64_t)entry;
    inside_ = top;
}

void Fiber::resume() { linr_switch_stack(&outside_, inside_); }
void Fiber::suspend() { linr_switch_stack(&inside_, outside_); }

#else

struct Pair { ucontext_t inside, outside; };

Fiber::~Fiber() {
    delete (Pair*)inside_;
    munmap(stack_, StackBytes);
}

void Fiber::start(void (*entry)()) {
    if (inside_ == nullptr) inside_ = new Pair;
    ucontext_t& context = ((Pair*)inside_)->inside;
    getcontext(&context);
    context.uc_stack.ss_sp = stack_;
    context.uc_stack.ss_size = StackBytes;
    context.uc_link = nullptr;
    makecontext(&context, entry, 0);
}

void Fiber::resume() { swapcontext(&((Pair*)inside_)->outside, &((Pair*)inside_)->inside); }
void Fiber::suspend() { swapcontext(&((Pair*)inside_)->inside, &((Pair*)inside_)->outside); }

#endif

}
