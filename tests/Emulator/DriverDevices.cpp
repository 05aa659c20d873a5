#include "Driver.h"
#include <cstdio>

using namespace emulator;

std::recursive_mutex emulator::gate;
thread_local Context* emulator::current_context;
bool emulator::is_initialized;

static Context contexts[DeviceCount] = {{0}, {1}};

API(cuInit)(unsigned flags) {
    std::lock_guard<std::recursive_mutex> lock(gate);
    if (flags != 0) return InvalidValue;
    if (!is_initialized) install_fault_handler();
    is_initialized = true;
    return Success;
}

API(cuDriverGetVersion)(int* version) {
    *version = 13000;
    return Success;
}

API(cuDeviceGetCount)(int* count) {
    ENTER;
    *count = DeviceCount;
    return Success;
}

API(cuDeviceGet)(int* device, int ordinal) {
    ENTER;
    *device = ordinal;
    return ordinal >= 0 && ordinal < DeviceCount ? Success : InvalidDevice;
}

API(cuDeviceGetName)(char* name, int bytes, int device) {
    ENTER;
    snprintf(name, (size_t)bytes, "Lane emulator %d (no GPU)", device);
    return Success;
}

API(cuDeviceGetUuid_v2)(u8* uuid, int device) {
    ENTER;
    memcpy(uuid, "lane emulator  ", 15);
    uuid[15] = (u8)device;
    return Success;
}

API(cuDeviceGetUuid)(u8* uuid, int device) { return cuDeviceGetUuid_v2(uuid, device); }

API(cuDeviceGetPCIBusId)(char* id, int bytes, int device) {
    ENTER;
    snprintf(id, (size_t)bytes, "0000:0%d:00.0", device + 1);
    return Success;
}

API(cuDeviceTotalMem_v2)(size_t* bytes, int) {
    ENTER;
    *bytes = DeviceBytes;
    return Success;
}

API(cuDeviceGetAttribute)(int* value, int attribute, int) {
    ENTER;
    static const std::pair<int, int> known[] = {
        {1, 1024},            // threads a block
        {2, 1024},            // block width
        {5, 0x7fffffff},      // grid width
        {8, 48 * 1024},       // shared bytes a block
        {10, 32},             // warp
        {13, 1000000},        // clock, kHz
        {16, 2},              // multiprocessors
        {38, 50 << 20},       // L2
        {39, 2048},           // threads a multiprocessor
        {41, 1},              // unified addressing
        {75, 9}, {76, 0},     // compute capability
        {81, 228 * 1024},     // shared bytes a multiprocessor
        {82, 65536},          // registers a multiprocessor
        {95, 1},              // cooperative launch
        {97, (int)SharedBytesMax},
        {115, 1},             // memory pools
    };
    *value = 0;
    for (auto& entry : known)
        if (entry.first == attribute) *value = entry.second;
    return Success;
}

API(cuDevicePrimaryCtxRetain)(void** context, int device) {
    ENTER;
    if (device < 0 || device >= DeviceCount) return InvalidDevice;
    contexts[device].retains++;
    *context = &contexts[device];
    return Success;
}

API(cuDevicePrimaryCtxRelease_v2)(int device) {
    ENTER;
    if (device < 0 || device >= DeviceCount) return InvalidDevice;
    if (contexts[device].retains == 0) return InvalidContext;
    run_all();
    contexts[device].retains--;
    return Success;
}

API(cuCtxSetCurrent)(void* context) {
    ENTER;
    current_context = (Context*)context;
    return Success;
}

API(cuCtxGetCurrent)(void** context) {
    ENTER;
    *context = current_context;
    return Success;
}

API(cuCtxGetDevice)(int* device) {
    ENTER_CONTEXT;
    *device = current_context->device;
    return Success;
}

API(cuCtxSynchronize)() {
    ENTER_CONTEXT;
    if (int refused = refuse_in_capture()) return refused;
    run_all();
    check_canaries();
    return Success;
}

static const struct { int result; const char *name, *text; } results[] = {
    {Success, "CUDA_SUCCESS", "no error"},
    {InvalidValue, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {OutOfMemory, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {NotInitialized, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
    {InvalidDevice, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
    {InvalidImage, "CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"},
    {InvalidContext, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
    {InvalidPtx, "CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"},
    {InvalidHandle, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"},
    {NotFound, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
    {NotReady, "CUDA_ERROR_NOT_READY", "device not ready"},
    {LaunchOutOfResources, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "too many resources requested for launch"},
    {HostMemoryAlreadyRegistered, "CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED", "host memory is registered already"},
    {HostMemoryNotRegistered, "CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED", "host memory is not registered"},
    {CooperativeLaunchTooLarge, "CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE", "too many blocks in cooperative launch"},
    {StreamCaptureUnsupported, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "not permitted when stream is capturing"},
    {StreamCaptureInvalidated, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "failed by an earlier error during capture"},
    {StreamCaptureUnmatched, "CUDA_ERROR_STREAM_CAPTURE_UNMATCHED", "capture was not begun in this stream"},
    {StreamCaptureUnjoined, "CUDA_ERROR_STREAM_CAPTURE_UNJOINED", "capturing stream has unjoined work"},
    {StreamCaptureIsolation, "CUDA_ERROR_STREAM_CAPTURE_ISOLATION", "dependency on uncaptured work"},
    {StreamCaptureWrongThread, "CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD", "capture was begun by another thread"},
    {GraphUpdateFailed, "CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE", "the graph update was not performed"},
};

API(cuGetErrorName)(int result, const char** name) {
    for (auto& entry : results)
        if (entry.result == result) return *name = entry.name, Success;
    return *name = nullptr, InvalidValue;
}

API(cuGetErrorString)(int result, const char** text) {
    for (auto& entry : results)
        if (entry.result == result) return *text = entry.text, Success;
    return *text = nullptr, InvalidValue;
}
