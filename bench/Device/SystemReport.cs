namespace Linr.Bench.Device;

/// <summary>What a catalogue as a whole took.</summary>
/// <param name="Command">The command that made it.</param>
/// <param name="Commit">The commit that the program was built from; null when it does not know.</param>
/// <param name="Date">When, UTC.</param>
/// <param name="Engine">What searched.</param>
/// <param name="Processors">Processors of the host.</param>
/// <param name="Items">Items.</param>
/// <param name="FileBytes">Bytes of the model file.</param>
/// <param name="HostBytes">Bytes that the process had in use while the device searched, mapped ones included.</param>
/// <param name="DeviceBytes">Bytes of the device in use meanwhile.</param>
/// <param name="Steps">How long each step took.</param>
/// <param name="Searches">What each request took.</param>
internal sealed record SystemReport(
    string Command,
    string? Commit,
    DateTime Date,
    string Engine,
    int Processors,
    long Items,
    long FileBytes,
    long HostBytes,
    long DeviceBytes,
    IReadOnlyList<SystemStep> Steps,
    IReadOnlyList<SystemFigure> Searches);

/// <summary>A step.</summary>
/// <param name="Step">What was done.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record SystemStep(string Step, double Seconds);

/// <summary>A request, as its caller sees it.</summary>
/// <param name="Filter">Its filter.</param>
/// <param name="Mode">How it was answered.</param>
/// <param name="RowsPassed">Items that pass the filter.</param>
/// <param name="Hits">Ids that came back.</param>
/// <param name="MedianMs">What the caller waited, median.</param>
internal sealed record SystemFigure(string Filter, string Mode, long RowsPassed, int Hits, double MedianMs);
