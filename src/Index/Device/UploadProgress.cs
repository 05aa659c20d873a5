namespace Linr.Index.Device;

/// <summary>How far an upload to a device is.</summary>
/// <param name="Section">What was just sent: an embedding, a field, or the order of rows.</param>
/// <param name="BytesDone">Bytes sent so far.</param>
/// <param name="BytesTotal">Bytes to send.</param>
public readonly record struct UploadProgress(string Section, long BytesDone, long BytesTotal);
