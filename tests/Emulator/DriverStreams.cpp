#include "Driver.h"
#include <chrono>
#include <deque>

using namespace emulator;

static std::deque<Operation> queue; // its first has the number done + 1
static u64 done, issued;
static Stream own_streams[DeviceCount];
thread_local std::shared_ptr<Graph> emulator::thread_capture;

void emulator::run_up_to(u64 number) {
    while (done < number) {
        Operation operation = std::move(queue.front());
        queue.pop_front();
        operation.run();
        done++;
    }
}

void emulator::run_all() { run_up_to(issued); }

Stream* emulator::stream_of(void* handle) {
    if (handle != nullptr) return (Stream*)handle;
    Stream* own = &own_streams[current_context->device];
    own->context = current_context;
    return own;
}

int emulator::enqueue(Stream* stream, std::string kind, std::function<void()> run) {
    if (stream->capture != nullptr) {
        if (stream->capture->is_invalid) return StreamCaptureInvalidated;
        stream->capture->operations.push_back({std::move(kind), std::move(run)});
        stream->is_dangling = true;
        return Success;
    }

    queue.push_back({std::move(kind), std::move(run)});
    stream->last = ++issued;
    return Success;
}

int emulator::refuse_in_capture() {
    if (thread_capture == nullptr) return Success;
    thread_capture->is_invalid = true;
    return StreamCaptureUnsupported;
}

static int refuse_while_recording(Stream* stream) {
    if (stream->capture == nullptr) return Success;
    stream->capture->is_invalid = true;
    return StreamCaptureUnsupported;
}

API(cuStreamCreate)(void** stream, unsigned) {
    ENTER_CONTEXT;
    *stream = new Stream{current_context};
    return Success;
}

API(cuStreamCreateWithPriority)(void** stream, unsigned flags, int) { return cuStreamCreate(stream, flags); }

API(cuStreamDestroy_v2)(void* stream) {
    ENTER_CONTEXT;
    if (stream == nullptr) return InvalidHandle;
    run_up_to(((Stream*)stream)->last);
    delete (Stream*)stream;
    return Success;
}

API(cuStreamSynchronize)(void* handle) {
    ENTER_CONTEXT;
    Stream* stream = stream_of(handle);
    if (int refused = refuse_while_recording(stream)) return refused;
    run_up_to(stream->last);
    check_canaries();
    return Success;
}

API(cuStreamQuery)(void* handle) {
    ENTER_CONTEXT;
    Stream* stream = stream_of(handle);
    if (int refused = refuse_while_recording(stream)) return refused;
    if (done >= stream->last) return Success;
    run_up_to(done + 1); // time passes between two questions
    return NotReady;
}

API(cuStreamWaitEvent)(void* handle, void* its_event, unsigned) {
    ENTER_CONTEXT;
    Stream* stream = stream_of(handle);
    Event* event = (Event*)its_event;
    if (event->capture == nullptr) {
        if (stream->capture == nullptr) return Success; // the queue keeps the order of the calls
        stream->capture->is_invalid = true;
        return StreamCaptureIsolation;
    }

    if (stream->capture == nullptr) {
        stream->capture = event->capture;
        stream->capture->members.insert(stream);
        stream->is_dangling = true;
    }

    if (event->stream != stream) event->stream->is_dangling = false;
    return Success;
}

API(cuStreamBeginCapture_v2)(void* handle, int mode) {
    ENTER_CONTEXT;
    if (handle == nullptr) return StreamCaptureUnsupported;
    Stream* stream = stream_of(handle);
    if (stream->capture != nullptr) return StreamCaptureUnmatched;
    stream->capture = std::make_shared<Graph>();
    stream->capture->origin = stream;
    stream->capture->members.insert(stream);
    stream->mode = mode;
    const int relaxed = 2;
    if (mode != relaxed) thread_capture = stream->capture;
    return Success;
}

API(cuStreamEndCapture)(void* handle, void** graph) {
    ENTER_CONTEXT;
    *graph = nullptr;
    Stream* stream = stream_of(handle);
    std::shared_ptr<Graph> capture = stream->capture;
    if (capture == nullptr || capture->origin != stream) return StreamCaptureUnmatched;
    if (stream->mode != 2 && thread_capture != capture) return StreamCaptureWrongThread;
    bool is_unjoined = false;
    for (Stream* member : capture->members) {
        is_unjoined |= member != stream && member->is_dangling;
        member->capture = nullptr;
        member->is_dangling = false;
    }

    thread_capture = nullptr;
    if (capture->is_invalid) return StreamCaptureInvalidated;
    if (is_unjoined) return StreamCaptureUnjoined;
    *graph = new Graph{capture->operations};
    return Success;
}

API(cuStreamIsCapturing)(void* handle, int* status) {
    ENTER_CONTEXT;
    Stream* stream = stream_of(handle);
    *status = stream->capture == nullptr ? 0 : stream->capture->is_invalid ? 2 : 1;
    return Success;
}

API(cuLaunchHostFunc)(void* stream, void (*function)(void*), void* data) {
    ENTER_CONTEXT;
    return enqueue(stream_of(stream), "host", [=] { function(data); });
}

static double now_ns() { return (double)std::chrono::steady_clock::now().time_since_epoch().count(); }

API(cuEventCreate)(void** event, unsigned flags) {
    ENTER_CONTEXT;
    const unsigned disable_timing = 2;
    *event = new Event{(flags & disable_timing) == 0};
    return Success;
}

API(cuEventDestroy_v2)(void* event) {
    ENTER_CONTEXT;
    run_up_to(((Event*)event)->number);
    delete (Event*)event;
    return Success;
}

API(cuEventRecordWithFlags)(void* handle, void* its_stream, unsigned flags) {
    ENTER_CONTEXT;
    Event* event = (Event*)handle;
    Stream* stream = stream_of(its_stream);
    const unsigned external = 1;
    event->stream = stream;
    if (stream->capture != nullptr && (flags & external) == 0) {
        event->capture = stream->capture; // a point in the graph, not a node
        return Success;
    }

    event->capture = nullptr;
    event->was_asked = false;
    int result = enqueue(stream, "event", [event] { event->ns = now_ns(); });
    if (stream->capture == nullptr) event->number = stream->last;
    return result;
}

API(cuEventRecord)(void* event, void* stream) { return cuEventRecordWithFlags(event, stream, 0); }

API(cuEventQuery)(void* handle) {
    ENTER_CONTEXT;
    Event* event = (Event*)handle;
    if (event->capture != nullptr) return StreamCaptureUnsupported;
    if (done >= event->number) return Success;
    run_up_to(done + 1);
    return NotReady;
}

API(cuEventSynchronize)(void* handle) {
    ENTER_CONTEXT;
    Event* event = (Event*)handle;
    if (event->capture != nullptr) return StreamCaptureUnsupported;
    run_up_to(event->number);
    return Success;
}

API(cuEventElapsedTime)(float* ms, void* start, void* end) {
    ENTER_CONTEXT;
    Event *from = (Event*)start, *to = (Event*)end;
    if (!from->is_timed || !to->is_timed || from->ns == 0 || to->ns == 0) {
        bool is_pending = from->number > done || to->number > done;
        return from->is_timed && to->is_timed && is_pending ? NotReady : InvalidHandle;
    }

    if (from->number > done || to->number > done) return NotReady;
    *ms = (float)((to->ns - from->ns) / 1e6);
    return Success;
}
