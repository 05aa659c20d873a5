namespace Linr.Bench.Device;

/// <summary>
/// Exact searches of rows that stay on the host, by way of an 8-bit copy on the device, as a caller sees them.
/// </summary>
/// <param name="Batch">Requests of a batch.</param>
/// <param name="K">Hits of each.</param>
/// <param name="MedianMs">What the caller waits for the batch, median.</param>
/// <param name="P95Ms">The slowest 5 % take longer.</param>
/// <param name="RowsRescored">Rows that the processor looked at, of a request, mean.</param>
/// <param name="DeviceBytes">Bytes of the device that the table takes.</param>
/// <param name="WholeMs">What a caller waits where the device has the rows, median, in the same run.</param>
/// <param name="WholeBytes">Bytes of the device that the table takes then, its copy not counted.</param>
internal sealed record HostRowsFigure(
    int Batch,
    int K,
    double MedianMs,
    double P95Ms,
    double RowsRescored,
    long DeviceBytes,
    double WholeMs,
    long WholeBytes);
