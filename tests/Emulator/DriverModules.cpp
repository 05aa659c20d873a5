#include "Driver.h"
#include <algorithm>

using namespace emulator;

static constexpr u32 Multiprocessors = 2, ThreadsEach = 2048, BlocksEach = 32, SharedEach = 228 * 1024;
static constexpr int SharedWithoutAsking = 48 * 1024;

// Kernels are those compiled in; the image says which of them the module has.
API(cuModuleLoadDataEx)(void** module, const void* image, unsigned, int*, void**) {
    ENTER_CONTEXT;
    if (image == nullptr) return InvalidValue;
    if (memcmp(image, "\x7f" "ELF", 4) == 0) return InvalidImage; // only PTX is carried
    std::string text = (const char*)image;
    if (text.find(".version ") == std::string::npos) return InvalidPtx;
    *module = new Module{std::move(text), {}};
    return Success;
}

API(cuModuleLoadData)(void** module, const void* image) {
    return cuModuleLoadDataEx(module, image, 0, nullptr, nullptr);
}

API(cuModuleUnload)(void* module) {
    ENTER_CONTEXT;
    run_all();
    delete (Module*)module;
    return Success;
}

API(cuModuleGetFunction)(void** function, void* handle, const char* name) {
    ENTER_CONTEXT;
    Module* module = (Module*)handle;
    if (module->text.find(".entry " + std::string(name) + "(") == std::string::npos) return NotFound;
    for (const Kernel& kernel : kernels()) {
        if (strcmp(kernel.name, name) != 0) continue;
        module->functions.push_back(std::make_unique<Function>(Function{&kernel, SharedWithoutAsking}));
        *function = module->functions.back().get();
        return Success;
    }

    return NotFound;
}

API(cuFuncGetAttribute)(int* value, int attribute, void* handle) {
    ENTER_CONTEXT;
    Function* function = (Function*)handle;
    switch (attribute) {
    case 0: *value = (int)function->kernel->bounds.threads; break;
    case 4: *value = 32; break; // registers
    case 8: *value = function->shared_bytes_max; break;
    default: *value = 0;
    }

    return Success;
}

API(cuFuncSetAttribute)(void* function, int attribute, int value) {
    ENTER_CONTEXT;
    if (attribute != 8) return Success;
    if (value < 0 || value > (int)SharedBytesMax) return InvalidValue;
    ((Function*)function)->shared_bytes_max = value;
    return Success;
}

API(cuFuncGetParamInfo)(void* handle, size_t parameter, size_t* offset, size_t* bytes) {
    ENTER_CONTEXT;
    const std::vector<size_t>& sizes = ((Function*)handle)->kernel->sizes;
    if (parameter >= sizes.size()) return InvalidValue;
    size_t at = 0;
    for (size_t i = 0; i <= parameter; i++) {
        size_t alignment = std::min<size_t>(sizes[i], 8);
        at = (at + alignment - 1) / alignment * alignment;
        *offset = at;
        at += sizes[i];
    }

    *bytes = sizes[parameter];
    return Success;
}

static u32 resident_blocks(const Function& function, u32 threads, size_t shared_bytes) {
    if (threads == 0 || threads > function.kernel->bounds.threads) return 0;
    return std::min({ThreadsEach / threads, BlocksEach, (u32)(SharedEach / (shared_bytes + 1024))});
}

API(cuOccupancyMaxActiveBlocksPerMultiprocessor)(int* blocks, void* function, int threads, size_t shared_bytes) {
    ENTER_CONTEXT;
    *blocks = (int)resident_blocks(*(Function*)function, (u32)threads, shared_bytes);
    return Success;
}

struct LaunchAttribute { u32 id, padding; int value; u8 rest[60]; };
static_assert(sizeof(LaunchAttribute) == 72);
struct LaunchConfig {
    u32 grid[3], block[3], shared_bytes;
    void* stream;
    LaunchAttribute* attributes;
    u32 attribute_count;
};

static int enqueue_launch(const LaunchConfig& config, Function* function, void** parameters, bool cooperative) {
    const Kernel& kernel = *function->kernel;
    u32 grid = config.grid[0], threads = config.block[0], shared_bytes = config.shared_bytes;
    // Grids and blocks have one dimension: kernels are written for that.
    if (grid == 0 || grid > 0x7fffffff || threads == 0) return InvalidValue;
    if (config.grid[1] * config.grid[2] * config.block[1] * config.block[2] != 1) return InvalidValue;
    if (threads > kernel.bounds.threads) return LaunchOutOfResources;
    if ((int)shared_bytes > function->shared_bytes_max) return InvalidValue;
    if (cooperative && grid > Multiprocessors * resident_blocks(*function, threads, shared_bytes))
        return CooperativeLaunchTooLarge;
    auto values = std::make_shared<std::vector<std::vector<u64>>>();
    for (size_t i = 0; i < kernel.sizes.size(); i++) {
        values->emplace_back((kernel.sizes[i] + 7) / 8);
        memcpy(values->back().data(), parameters[i], kernel.sizes[i]);
    }

    return enqueue(stream_of(config.stream), kernel.name, [=, &kernel] {
        std::vector<void*> arguments;
        for (auto& value : *values) arguments.push_back(value.data());
        launch(kernel, arguments.data(), grid, threads, shared_bytes, cooperative);
    });
}

API(cuLaunchKernel)(void* function, u32 grid_x, u32 grid_y, u32 grid_z, u32 block_x, u32 block_y, u32 block_z,
                    u32 shared_bytes, void* stream, void** parameters, void** extra) {
    ENTER_CONTEXT;
    if (extra != nullptr) return InvalidValue;
    LaunchConfig config = {{grid_x, grid_y, grid_z}, {block_x, block_y, block_z}, shared_bytes, stream, nullptr, 0};
    return enqueue_launch(config, (Function*)function, parameters, false);
}

API(cuLaunchCooperativeKernel)(void* function, u32 grid_x, u32 grid_y, u32 grid_z, u32 block_x, u32 block_y,
                               u32 block_z, u32 shared_bytes, void* stream, void** parameters) {
    ENTER_CONTEXT;
    LaunchConfig config = {{grid_x, grid_y, grid_z}, {block_x, block_y, block_z}, shared_bytes, stream, nullptr, 0};
    return enqueue_launch(config, (Function*)function, parameters, true);
}

API(cuLaunchKernelEx)(const LaunchConfig* config, void* function, void** parameters, void** extra) {
    ENTER_CONTEXT;
    if (extra != nullptr) return InvalidValue;
    const u32 cooperative = 2;
    bool is_cooperative = false;
    for (u32 i = 0; i < config->attribute_count; i++)
        is_cooperative |= config->attributes[i].id == cooperative && config->attributes[i].value != 0;
    return enqueue_launch(*config, (Function*)function, parameters, is_cooperative);
}
