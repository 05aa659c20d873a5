namespace Linr.Client;

/// <summary>One stage of a search on the server.</summary>
/// <param name="Name">embed, queue, filter, scan, rank, diversify or fetch.</param>
/// <param name="Microseconds">How long it took.</param>
/// <param name="Detail">What it did, in words; of an explained search, else empty.</param>
public sealed record Stage(string Name, double Microseconds, string Detail);
