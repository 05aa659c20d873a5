namespace Linr.Bench.Device;

/// <summary>What a search by a learned similarity took.</summary>
/// <param name="Case">Which.</param>
/// <param name="Batch">Queries of a batch.</param>
/// <param name="K">Hits of each.</param>
/// <param name="MedianMs">All kernels of a batch, by events, after the caches were emptied; median.</param>
/// <param name="P95Ms">The slowest 5 % take longer.</param>
/// <param name="HostMs">What the caller waits, copies included; median.</param>
/// <param name="SeedMs">First cuts, median.</param>
/// <param name="ScanMs">The scan, median.</param>
/// <param name="FinishMs">The finish, median; with a first stage, the similarity too.</param>
/// <param name="Bytes">Bytes of rows that had to be read.</param>
/// <param name="ShareOfRead">The bandwidth, as a share of what a plain read of the same rows reached.</param>
/// <param name="Survivors">Rows that the scan kept for the finish, a query.</param>
/// <param name="ShareGated">The share of the rows whose mixture a scan estimated with the gate; null where none was.</param>
/// <param name="ShareScored">The share of the rows whose whole logit a scan computed; null where none did.</param>
/// <param name="QueriesChecked">Queries whose answers were compared with the processor's, bit for bit.</param>
/// <param name="GoalMs">The figure to reach, or null.</param>
internal sealed record SimilarityFigure(
    string Case,
    int Batch,
    int K,
    double MedianMs,
    double P95Ms,
    double HostMs,
    double SeedMs,
    double ScanMs,
    double FinishMs,
    double Bytes,
    double ShareOfRead,
    double Survivors,
    double? ShareGated,
    double? ShareScored,
    int QueriesChecked,
    double? GoalMs);

/// <summary>One run.</summary>
/// <param name="Device">The device's name.</param>
/// <param name="Driver">The driver's version, and the CUDA version that it has.</param>
/// <param name="Commit">The commit that the program was built from; null when it does not know.</param>
/// <param name="Command">The command that made it.</param>
/// <param name="Date">When, UTC.</param>
/// <param name="Rows">Rows of the table.</param>
/// <param name="Passes">Timed searches of a case and batch.</param>
/// <param name="ReadTerabytesPerSecond">The read bandwidth measured in this run.</param>
/// <param name="Figures">A figure a case and batch.</param>
/// <param name="Peer">A peer in the same run, or null.</param>
internal sealed record SimilarityReport(
    string Device,
    string Driver,
    string? Commit,
    string Command,
    DateTime Date,
    long Rows,
    int Passes,
    double ReadTerabytesPerSecond,
    IReadOnlyList<SimilarityFigure> Figures,
    PeerResult? Peer);
