// A stand-in for the CUDA driver over host memory. Everything asynchronous goes through one queue in the order of the
// calls, and runs only when somebody waits for it: what is read too early on the host is not there yet.
#pragma once
#include "Kernels.h"
#include "Machine.h"
#include "Memory.h"
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#define API(name) extern "C" __attribute__((visibility("default"))) int name

namespace emulator {

// Results of the driver API that are given here.
enum Result {
    Success = 0, InvalidValue = 1, OutOfMemory = 2, NotInitialized = 3, InvalidDevice = 101, InvalidImage = 200,
    InvalidContext = 201, HostMemoryAlreadyRegistered = 712, HostMemoryNotRegistered = 713, InvalidPtx = 218,
    InvalidHandle = 400, NotFound = 500, NotReady = 600, LaunchOutOfResources = 701, CooperativeLaunchTooLarge = 720,
    StreamCaptureUnsupported = 900, StreamCaptureInvalidated = 901, StreamCaptureUnmatched = 903,
    StreamCaptureUnjoined = 904, StreamCaptureIsolation = 905, StreamCaptureWrongThread = 908, GraphUpdateFailed = 910,
};

struct Context { int device; int retains = 0; };

struct Operation { std::string kind; std::function<void()> run; };

struct Stream;

struct Graph {
    std::vector<Operation> operations;
    Stream* origin = nullptr;
    std::set<Stream*> members;
    bool is_invalid = false;
};

struct Stream {
    Context* context;
    u64 last = 0;                   // the number of its newest operation
    std::shared_ptr<Graph> capture; // while it records
    bool is_dangling = false;       // has recorded what no other stream waits for yet
    int mode = 0;
};

struct Event {
    bool is_timed;
    u64 number = 0;                 // of the operation that records it; 0 before the first
    double ns = 0;
    bool was_asked = false;
    std::shared_ptr<Graph> capture; // that it was recorded into
    Stream* stream = nullptr;
};

struct Function { const Kernel* kernel; int shared_bytes_max; };
struct Module { std::string text; std::vector<std::unique_ptr<Function>> functions; };

extern std::recursive_mutex gate;
extern thread_local Context* current_context;
extern thread_local std::shared_ptr<Graph> thread_capture; // begun by this thread
extern bool is_initialized;

// The stream of a handle; 0 is the context's own.
Stream* stream_of(void* handle);
// Adds to the stream's queue, or to the graph that it records.
int enqueue(Stream* stream, std::string kind, std::function<void()> run);
// Runs the queue up to an operation's number, or all of it.
void run_up_to(u64 number);
void run_all();
// What a capturing thread may not call: invalidates its capture.
int refuse_in_capture();

}

#define ENTER \
    std::lock_guard<std::recursive_mutex> lock(emulator::gate); \
    if (!emulator::is_initialized) return emulator::NotInitialized
#define ENTER_CONTEXT \
    ENTER; \
    if (emulator::current_context == nullptr) return emulator::InvalidContext
