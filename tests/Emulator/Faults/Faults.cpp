// Kernels with one fault each: the emulator must find every one and say where. Ends with 0 where it does.
#include "Kernels.h"
#include "Machine.h"
#include "Memory.h"
#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

static constexpr u32 Threads = 64, Bytes = 1000;

static const struct { const char *kernel, *says; } faults[] = {
    {"shared_past_the_end", "block 0, thread 40: 16 bytes at shared address 992, but the block has 1000"},
    {"shared_not_aligned", "thread 5: 16 bytes at shared address 8, which is not a multiple"},
    {"shared_pointer_far_past_the_end", "thread 63: touches byte 4096 of shared memory, but the block has 1000"},
    {"shared_pointer_just_past_the_end", "something was written 0 bytes past shared memory"},
    {"shared_pointer_below", "something was written 1 bytes below shared memory"},
    {"global_past_the_end", "thread 7: cannot touch"},
    {"global_just_past_the_end", "something wrote 0 bytes past a device allocation of 1000 bytes"},
    {"global_not_of_the_device", "are in no device allocation"},
    {"global_not_aligned", "is not a multiple of 16"},
    {"lanes_at_different_collectives", "while other lanes of its warp are at"},
    {"a_lane_that_ended", "block 0, threads 34 to 63: at warp_ballot 1"},
    {"half_a_block_at_a_barrier", "block 0, threads 0 to 31: at barrier 0"},
    {"barrier_of_other_threads", "barrier 1: this thread names 32 threads, others 64"},
    {"arrivals_past_the_phase", "memory barrier at 0: more than 65 arrivals in a phase"},
    {"memory_barrier_that_nobody_made", "there is no memory barrier at shared address 64"},
    {"phase_that_never_ends", "block 1, threads 0 to 63: at memory barrier 8"},
    {"value_that_nobody_releases", "block 0, threads 0 to 63: at pause"},
    {"bulk_copy_past_the_end", "byte 512 of an allocation of 1000 bytes"},
    {"bulk_copy_that_nobody_waits_for", "the block ended before a bulk copy of its own"},
    {"copy_that_is_not_waited_for", "read poison"},
    {"freed", "of an allocation of 1000 bytes that was freed"},
};

static void run(const std::string& name) {
    using namespace emulator;
    install_fault_handler();
    void* data = allocate(0, Bytes);
    if (name == "freed") release(0, data);
    void* arguments[] = {&data};
    for (const Kernel& kernel : kernels())
        if (name == kernel.name) launch(kernel, arguments, 2, Threads, Bytes, false);
    check_canaries();
}

static bool is_found(const char* kernel, const std::string& says) {
    int ends[2];
    if (pipe(ends) != 0) return false;
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 2);
        close(ends[0]);
        run(kernel);
        _exit(0);
    }

    close(ends[1]);
    std::string said;
    char piece[4096];
    for (ssize_t n; (n = read(ends[0], piece, sizeof piece)) > 0; ) said.append(piece, (size_t)n);
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    bool is_ok = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && said.find(says) != std::string::npos;
    if (!is_ok)
        fprintf(stderr, "%s: expected \"%s\", found (status %d): %s\n", kernel, says.c_str(), status, said.c_str());
    return is_ok;
}

int main() {
    int found = 0, all = 0;
    for (auto& fault : faults) {
        all++;
        found += is_found(fault.kernel, fault.says);
    }

    printf("emulator: %d of %d planted faults found\n", found, all);
    return found == all ? 0 : 1;
}
