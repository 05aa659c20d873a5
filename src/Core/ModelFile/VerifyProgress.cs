namespace Linr.ModelFile;

/// <summary>How far a verification is.</summary>
/// <param name="Section">The tensor that was just read from.</param>
/// <param name="BytesDone">Bytes verified so far.</param>
/// <param name="BytesTotal">Bytes to verify.</param>
public readonly record struct VerifyProgress(string Section, long BytesDone, long BytesTotal);
