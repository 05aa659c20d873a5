namespace Linr.Engine;

/// <summary>Memory of one owner.</summary>
/// <param name="Owner">
/// What it is for: <c>ids</c>, <c>id map</c>, <c>attribute NAME</c> or <c>field NAME</c>, <c>embedding NAME</c>,
/// <c>codes NAME</c>, <c>copy NAME</c>, <c>weights</c>, <c>live rows</c> (which rows are live, and versions), and on a
/// device <c>order</c>.
/// </param>
/// <param name="HostBytes">Bytes of the process's own memory.</param>
/// <param name="MappedBytes">Bytes of the model file that are mapped, which the system keeps as it has room.</param>
/// <param name="DeviceBytes">Bytes on devices.</param>
public readonly record struct OwnedMemory(string Owner, long HostBytes, long MappedBytes, long DeviceBytes);
