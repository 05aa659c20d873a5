#include "Driver.h"

using namespace emulator;

API(cuGraphDestroy)(void* graph) {
    ENTER_CONTEXT;
    delete (Graph*)graph;
    return Success;
}

API(cuGraphGetNodes)(void* graph, void** nodes, size_t* count) {
    ENTER_CONTEXT;
    if (nodes != nullptr) return InvalidValue; // nodes have no handles here
    *count = ((Graph*)graph)->operations.size();
    return Success;
}

API(cuGraphInstantiateWithFlags)(void** executable, void* graph, u64) {
    ENTER_CONTEXT;
    *executable = new Graph{((Graph*)graph)->operations};
    return Success;
}

API(cuGraphExecDestroy)(void* executable) {
    ENTER_CONTEXT;
    delete (Graph*)executable;
    return Success;
}

API(cuGraphExecUpdate_v2)(void* executable, void* graph, void*) {
    ENTER_CONTEXT;
    auto &now = ((Graph*)executable)->operations, &next = ((Graph*)graph)->operations;
    bool is_alike = now.size() == next.size();
    for (size_t i = 0; is_alike && i < now.size(); i++) is_alike = now[i].kind == next[i].kind;
    if (!is_alike) return GraphUpdateFailed;
    now = next;
    return Success;
}

API(cuGraphUpload)(void*, void*) {
    ENTER_CONTEXT;
    return Success;
}

API(cuGraphLaunch)(void* executable, void* handle) {
    ENTER_CONTEXT;
    Stream* stream = stream_of(handle);
    if (stream->capture != nullptr) return StreamCaptureUnsupported;
    for (const Operation& operation : ((Graph*)executable)->operations)
        enqueue(stream, operation.kind, operation.run);
    return Success;
}
