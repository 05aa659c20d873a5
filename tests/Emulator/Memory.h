// Memory of the emulated devices, and pinned host memory. An address is used once: what lies past the end of an
// allocation, and what was freed, cannot be touched.
#pragma once
#include <cstddef>
#include <string>

namespace emulator {

constexpr int DeviceCount = 2;
constexpr size_t DeviceBytes = (size_t)4 << 30;
constexpr int HostArena = DeviceCount; // pinned memory, beside the devices' arenas
constexpr unsigned char MemoryPoison = 0xcd;

// Null where it is more than is left.
void* allocate(int arena, size_t bytes);
// False where the address is not the start of an allocation.
bool release(int arena, void* p);
size_t used_bytes(int arena);
// Ends the process where a canary beside an allocation was written.
void check_canaries();
// Whether a kernel may touch these bytes: device memory, pinned or registered.
bool is_device_readable(const void* p, size_t bytes);
// Whether the device may read these host bytes later.
bool is_pinned(const void* p);
// The arena that holds an address: a device's number, HostArena, or -1.
int arena_of(const void* p);
// Whether [p, p + bytes) lies inside one living allocation of a device.
bool is_device_range(const void* p, size_t bytes);
bool register_host(void* p, size_t bytes);
bool unregister_host(void* p);
// For messages: which allocation is near, with how many bytes, freed or not.
std::string describe(const void* p);
void install_fault_handler();

}
