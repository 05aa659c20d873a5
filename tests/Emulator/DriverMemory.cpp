#include "Driver.h"
#include "Matrix.h"

using namespace emulator;

API(cuMemGetInfo_v2)(size_t* free_bytes, size_t* total_bytes) {
    ENTER_CONTEXT;
    *total_bytes = DeviceBytes;
    *free_bytes = DeviceBytes - used_bytes(current_context->device);
    return Success;
}

API(cuMemAlloc_v2)(void** p, size_t bytes) {
    ENTER_CONTEXT;
    if (int refused = refuse_in_capture()) return refused;
    if (bytes == 0) return InvalidValue;
    *p = allocate(current_context->device, bytes);
    return *p != nullptr ? Success : OutOfMemory;
}

API(cuMemFree_v2)(void* p) {
    ENTER_CONTEXT;
    if (p == nullptr) return Success;
    if (int refused = refuse_in_capture()) return refused;
    run_all();
    int arena = arena_of(p);
    return arena >= 0 && arena < DeviceCount && release(arena, p) ? Success : InvalidValue;
}

API(cuMemAllocAsync)(void** p, size_t bytes, void*) { return cuMemAlloc_v2(p, bytes); }

API(cuMemFreeAsync)(void* p, void* stream) {
    ENTER_CONTEXT;
    if (!is_device_range(p, 1)) return InvalidValue;
    return enqueue(stream_of(stream), "free", [p] { release(arena_of(p), p); });
}

API(cuMemHostAlloc)(void** p, size_t bytes, unsigned) {
    ENTER_CONTEXT;
    *p = allocate(HostArena, bytes);
    return *p != nullptr ? Success : OutOfMemory;
}

API(cuMemFreeHost)(void* p) {
    ENTER_CONTEXT;
    run_all();
    return arena_of(p) == HostArena && release(HostArena, p) ? Success : InvalidValue;
}

API(cuMemHostRegister_v2)(void* p, size_t bytes, unsigned) {
    ENTER_CONTEXT;
    return bytes == 0 ? InvalidValue : register_host(p, bytes) ? Success : HostMemoryAlreadyRegistered;
}

API(cuMemHostUnregister)(void* p) {
    ENTER_CONTEXT;
    run_all();
    return unregister_host(p) ? Success : HostMemoryNotRegistered;
}

API(cuMemHostGetDevicePointer_v2)(void** device, void* host, unsigned) {
    ENTER_CONTEXT;
    *device = host;
    return is_pinned(host) ? Success : InvalidValue;
}

static void copy_now(void* to, const void* from, size_t bytes, bool is_upload) {
    const void* device = is_upload ? to : from;
    if (!is_device_readable(device, bytes))
        fail("a copy of %zu bytes reaches %p%s", bytes, device, describe(device).c_str());
    memmove(to, from, bytes);
}

static int upload(void* to, const void* from, size_t bytes, Stream* stream) {
    if (!is_device_range(to, bytes)) return InvalidValue;
    if (stream->capture != nullptr || is_pinned(from))
        return enqueue(stream, "upload", [=] { copy_now(to, from, bytes, true); });
    // The driver has read pageable memory when the call returns.
    auto staged = std::make_shared<std::vector<u8>>((const u8*)from, (const u8*)from + bytes);
    return enqueue(stream, "upload", [=] { copy_now(to, staged->data(), bytes, true); });
}

static int download(void* to, const void* from, size_t bytes, Stream* stream) {
    if (!is_device_range(from, bytes)) return InvalidValue;
    int result = enqueue(stream, "download", [=] { copy_now(to, from, bytes, false); });
    // The driver has written pageable memory when the call returns.
    if (stream->capture == nullptr && !is_pinned(to)) run_up_to(stream->last);
    return result;
}

static int move(void* to, const void* from, size_t bytes, Stream* stream) {
    // Mapped host memory has an address on the device too.
    if (!is_device_readable(to, bytes) || !is_device_readable(from, bytes)) return InvalidValue;
    return enqueue(stream, "copy", [=] { copy_now(to, from, bytes, true); });
}

API(cuMemcpyHtoDAsync_v2)(void* to, const void* from, size_t bytes, void* stream) {
    ENTER_CONTEXT;
    return upload(to, from, bytes, stream_of(stream));
}

API(cuMemcpyDtoHAsync_v2)(void* to, const void* from, size_t bytes, void* stream) {
    ENTER_CONTEXT;
    return download(to, from, bytes, stream_of(stream));
}

API(cuMemcpyDtoDAsync_v2)(void* to, const void* from, size_t bytes, void* stream) {
    ENTER_CONTEXT;
    return move(to, from, bytes, stream_of(stream));
}

static int at_once(int result) {
    run_all();
    return result;
}

API(cuMemcpyHtoD_v2)(void* to, const void* from, size_t bytes) {
    ENTER_CONTEXT;
    if (int refused = refuse_in_capture()) return refused;
    return at_once(upload(to, from, bytes, stream_of(nullptr)));
}

API(cuMemcpyDtoH_v2)(void* to, const void* from, size_t bytes) {
    ENTER_CONTEXT;
    if (int refused = refuse_in_capture()) return refused;
    return at_once(download(to, from, bytes, stream_of(nullptr)));
}

API(cuMemcpyDtoD_v2)(void* to, const void* from, size_t bytes) {
    ENTER_CONTEXT;
    if (int refused = refuse_in_capture()) return refused;
    return at_once(move(to, from, bytes, stream_of(nullptr)));
}

template <class T> static int fill(void* to, T value, size_t count, Stream* stream) {
    if (!is_device_range(to, count * sizeof(T)) || (u64)to % sizeof(T) != 0) return InvalidValue;
    return enqueue(stream, "fill", [=] {
        if (!is_device_range(to, count * sizeof(T))) fail("a fill reaches %p%s", to, describe(to).c_str());
        for (size_t i = 0; i < count; i++) ((T*)to)[i] = value;
    });
}

API(cuMemsetD8Async)(void* to, u8 value, size_t count, void* stream) {
    ENTER_CONTEXT;
    return fill(to, value, count, stream_of(stream));
}

API(cuMemsetD16Async)(void* to, u16 value, size_t count, void* stream) {
    ENTER_CONTEXT;
    return fill(to, value, count, stream_of(stream));
}

API(cuMemsetD32Async)(void* to, u32 value, size_t count, void* stream) {
    ENTER_CONTEXT;
    return fill(to, value, count, stream_of(stream));
}

API(cuMemsetD8_v2)(void* to, u8 value, size_t count) {
    ENTER_CONTEXT;
    if (int refused = refuse_in_capture()) return refused;
    return at_once(fill(to, value, count, stream_of(nullptr)));
}

API(cuMemsetD32_v2)(void* to, u32 value, size_t count) {
    ENTER_CONTEXT;
    if (int refused = refuse_in_capture()) return refused;
    return at_once(fill(to, value, count, stream_of(nullptr)));
}

API(cuTensorMapEncodeTiled)(void* map, int type, unsigned rank, void* rows, const u64* sizes, const u64* strides,
    const u32* box, const u32* steps, int interleave, int swizzle, int, int fill) {
    const int Half = 6, Single = 7, BFloat = 9, Swizzle128 = 3;
    if (current_context == nullptr) return InvalidContext;
    u32 bytes = type == Single ? 4 : 2;
    if ((type != Half && type != Single && type != BFloat) || rank != 5 || interleave != 0 || swizzle != Swizzle128
        || fill != 0 || (u64)map % 64 != 0 || (u64)rows % 16 != 0 || sizes[0] * bytes % 16 != 0 || box[0] * bytes != 128
        || box[4] != 1)
        return InvalidValue;
    TensorMap made = {TensorMapMagic, (const u8*)rows, {}, {}, {}, bytes};
    for (unsigned d = 0; d < rank; d++) {
        made.sizes[d] = sizes[d];
        made.strides[d] = d == 0 ? bytes : strides[d - 1];
        made.box[d] = box[d];
        if (sizes[d] == 0 || box[d] == 0 || box[d] > 256 || steps[d] != 1 || (d > 0 && made.strides[d] % 16 != 0))
            return InvalidValue;
    }

    static_assert(sizeof made <= 128, "the map is 128 bytes");
    memset(map, 0, 128);
    memcpy(map, &made, sizeof made);
    return Success;
}
