// The kernels that were compiled in; each registers itself where KERNEL defines it.
#pragma once
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace emulator {

struct Bounds {
    unsigned threads, blocks;
    Bounds(unsigned threads, unsigned blocks = 1) : threads(threads), blocks(blocks) {}
};

struct Kernel {
    const char* name;
    Bounds bounds;
    std::vector<size_t> sizes;         // bytes of each parameter
    std::function<void(void**)> call;  // one thread's run
};

std::vector<Kernel>& kernels();

template <class... P, size_t... I> void apply(void (*function)(P...), void** arguments, std::index_sequence<I...>) {
    function(*(P*)arguments[I]...);
}

struct Registration {
    template <class... P> Registration(const char* name, Bounds bounds, void (*function)(P...)) {
        kernels().push_back({name, bounds, {sizeof(P)...}, [function](void** arguments) {
            apply(function, arguments, std::index_sequence_for<P...>());
        }});
    }
};

}
